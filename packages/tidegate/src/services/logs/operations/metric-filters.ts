/** Metric filters are kept and shown; there are no metrics that they could count into. */
import {
  DeleteMetricFilter$,
  DescribeMetricFilters$,
  PutMetricFilter$,
  type DeleteMetricFilterCommandInput,
  type DeleteMetricFilterCommandOutput,
  type DescribeMetricFiltersCommandInput,
  type DescribeMetricFiltersCommandOutput,
  type MetricTransformation,
  type PutMetricFilterCommandInput,
  type PutMetricFilterCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import { logsError } from '../errors.ts'
import { groupCheck, groupOf, logsOperation, whereOf } from '../logs-operation.ts'
import { pageOf } from '../page.ts'
import { metricFilters, streamKey } from '../state.ts'
import { matcherOf } from './filter-log-events.ts'

export const putMetricFilter = logsOperation<PutMetricFilterCommandInput, PutMetricFilterCommandOutput>(PutMetricFilter$, {
  authorize: ({ logGroupName }, call) => [groupCheck('PutMetricFilter', logGroupName, call)],
  async invoke({ logGroupName, filterName, filterPattern, metricTransformations }, call) {
    const where = whereOf(call)
    matcherOf(filterPattern)
    if (!/^[^:*]{1,512}$/.test(filterName)) throw logsError('InvalidParameterException', `The filter name ${filterName} is not valid.`)
    const [transformation, ...others] = metricTransformations
    if (transformation === undefined || others.length > 0)
      throw logsError('InvalidParameterException', 'Exactly one metric transformation must be specified.')
    await call.state.transact((tx) => {
      groupOf(tx, where, logGroupName)
      const key = streamKey(where.region, logGroupName, filterName)
      tx.put(metricFilters, where.accountId, key, {
        filterName,
        filterPattern,
        logGroupName,
        metricTransformations: [{ ...transformation }],
        createdAt: call.now,
      })
    })
    return {}
  },
})

export const deleteMetricFilter = logsOperation<DeleteMetricFilterCommandInput, DeleteMetricFilterCommandOutput>(DeleteMetricFilter$, {
  authorize: ({ logGroupName }, call) => [groupCheck('DeleteMetricFilter', logGroupName, call)],
  async invoke({ logGroupName, filterName }, call) {
    const where = whereOf(call)
    await call.state.transact((tx) => {
      groupOf(tx, where, logGroupName)
      const key = streamKey(where.region, logGroupName, filterName)
      if (tx.get(metricFilters, where.accountId, key) === undefined)
        throw logsError('ResourceNotFoundException', 'The specified metric filter does not exist.')
      tx.delete(metricFilters, where.accountId, key)
    })
    return {}
  },
})

export const describeMetricFilters = logsOperation<DescribeMetricFiltersCommandInput, DescribeMetricFiltersCommandOutput>(
  DescribeMetricFilters$,
  {
    authorize: ({ logGroupName = '' }, call) => [groupCheck('DescribeMetricFilters', logGroupName, call)],
    invoke(input, call) {
      const { logGroupName, filterNamePrefix = '', metricName, metricNamespace } = input
      const { accountId, region } = whereOf(call)
      const prefix = logGroupName === undefined ? `${region}/` : streamKey(region, logGroupName, filterNamePrefix)
      const isAbout = ({ metricName: name, metricNamespace: namespace }: Partial<MetricTransformation>): boolean =>
        (metricName === undefined || metricName === name) && (metricNamespace === undefined || metricNamespace === namespace)
      const found = call.state
        .read((view) => view.list(metricFilters, accountId, { prefix }))
        .filter(({ value }) => value.filterName.startsWith(filterNamePrefix) && value.metricTransformations.some(isAbout))
      const { items, ...rest } = pageOf(found, input, ({ key }) => key)
      const shapes = items.map(({ value: { createdAt, metricTransformations, ...filter } }) => ({
        ...filter,
        metricTransformations: metricTransformations as MetricTransformation[], // as they were sent
        creationTime: createdAt,
      }))
      return { metricFilters: shapes, ...rest }
    },
  },
)
