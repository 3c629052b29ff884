/** Saved queries are kept and shown; running a query is not built. */
import { randomUUID } from 'node:crypto'
import {
  DeleteQueryDefinition$,
  DescribeQueryDefinitions$,
  PutQueryDefinition$,
  type DeleteQueryDefinitionCommandInput,
  type DeleteQueryDefinitionCommandOutput,
  type DescribeQueryDefinitionsCommandInput,
  type DescribeQueryDefinitionsCommandOutput,
  type PutQueryDefinitionCommandInput,
  type PutQueryDefinitionCommandOutput,
  type QueryDefinition as QueryDefinitionShape,
} from '@aws-sdk/client-cloudwatch-logs'
import { logsError } from '../errors.ts'
import { logsOperation, whereOf } from '../logs-operation.ts'
import { readToken, writeToken } from '../page.ts'
import { queryDefinitions, regional } from '../state.ts'

export const putQueryDefinition = logsOperation<PutQueryDefinitionCommandInput, PutQueryDefinitionCommandOutput>(PutQueryDefinition$, {
  authorize: () => [{ action: 'logs:PutQueryDefinition', resource: '*' }],
  async invoke({ name, queryString, queryLanguage, queryDefinitionId, logGroupNames = [] }, call) {
    const { accountId, region } = whereOf(call)
    const id = queryDefinitionId ?? randomUUID()
    await call.state.transact((tx) => {
      const key = regional(region, id)
      if (queryDefinitionId !== undefined && tx.get(queryDefinitions, accountId, key) === undefined) throw noSuchDefinition()
      tx.put(queryDefinitions, accountId, key, {
        queryDefinitionId: id,
        name,
        queryString,
        queryLanguage,
        logGroupNames,
        lastModified: call.now,
      })
    })
    return { queryDefinitionId: id }
  },
})

export const deleteQueryDefinition = logsOperation<DeleteQueryDefinitionCommandInput, DeleteQueryDefinitionCommandOutput>(
  DeleteQueryDefinition$,
  {
    authorize: () => [{ action: 'logs:DeleteQueryDefinition', resource: '*' }],
    async invoke({ queryDefinitionId }, call) {
      const { accountId, region } = whereOf(call)
      await call.state.transact((tx) => {
        if (tx.get(queryDefinitions, accountId, regional(region, queryDefinitionId)) === undefined) throw noSuchDefinition()
        tx.delete(queryDefinitions, accountId, regional(region, queryDefinitionId))
      })
      return { success: true }
    },
  },
)

export const describeQueryDefinitions = logsOperation<DescribeQueryDefinitionsCommandInput, DescribeQueryDefinitionsCommandOutput>(
  DescribeQueryDefinitions$,
  {
    authorize: () => [{ action: 'logs:DescribeQueryDefinitions', resource: '*' }],
    invoke({ queryDefinitionNamePrefix = '', maxResults = 1000, nextToken }, call) {
      const { accountId, region } = whereOf(call)
      const after = nextToken === undefined ? undefined : readToken(nextToken)
      const open = call.state
        .read((view) => view.list(queryDefinitions, accountId, { prefix: regional(region, '') }))
        .filter(({ key, value }) => value.name.startsWith(queryDefinitionNamePrefix) && (after === undefined || key > after))
      const items = open.slice(0, Math.max(1, Math.min(maxResults, 1000)))
      const last = items.at(-1)
      const shapes: QueryDefinitionShape[] = items.map(({ value: { queryLanguage, logGroupNames, ...rest } }) => ({
        ...rest,
        logGroupNames: [...logGroupNames],
        queryLanguage: languages.find((each) => each === queryLanguage) ?? 'CWLI',
      }))
      return { queryDefinitions: shapes, ...(last && open.length > items.length && { nextToken: writeToken(last.key) }) }
    },
  },
)

const noSuchDefinition = (): Error => logsError('ResourceNotFoundException', 'The specified query definition does not exist.')
const languages = ['CWLI', 'SQL', 'PPL'] as const
