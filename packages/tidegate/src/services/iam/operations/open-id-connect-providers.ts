import * as iam from '@aws-sdk/client-iam'
import type { Transaction } from '../../../kernel/state.ts'
import { check, everything, newTarget, providerTarget } from '../checks.ts'
import { iamError } from '../errors.ts'
import { tagPage, tagsShape } from '../holders.ts'
import { iamOperation } from '../iam-operation.ts'
import { findProvider, missing, providerArn, providerOf } from '../lookup.ts'
import { assertRoom } from '../quotas.ts'
import { openIdConnectProviders } from '../state.ts'
import type { OpenIdConnectProvider } from '../state.ts'
import { requestTagKeys, requestTags, tagShapes, tagsOf, withoutTags, withTags } from '../tags.ts'

export const createOpenIDConnectProvider = iamOperation<
  iam.CreateOpenIDConnectProviderCommandInput,
  iam.CreateOpenIDConnectProviderCommandOutput
>(iam.CreateOpenIDConnectProvider$, {
  recordedOutputs: ['OpenIDConnectProviderArn'],
  authorize({ Url, Tags }, call) {
    const target = { ...newTarget('oidc-provider', call, { name: '' }), arn: providerArn(call.caller.accountId, urlOf(Url)) }
    const isTagged = Tags !== undefined && Tags.length > 0
    return [
      check('CreateOpenIDConnectProvider', target, requestTags(Tags)),
      ...(isTagged ? [check('TagOpenIDConnectProvider', target, requestTags(Tags))] : []),
    ]
  },
  invoke(input, { state, caller: { accountId }, now }) {
    const url = urlOf(input.Url)
    const { ClientIDList: clientIds = [], ThumbprintList: thumbprints = [] } = input
    return state.transact((tx) => {
      if (tx.get(openIdConnectProviders, accountId, url) !== undefined) {
        throw iamError('EntityAlreadyExists', `Provider with url https://${url} already exists.`)
      }
      assertRoom(tx, accountId, openIdConnectProviders)
      const provider: OpenIdConnectProvider = {
        url,
        createdAt: now,
        clientIds: withinClientQuota([...new Set(clientIds)]),
        thumbprints: fewThumbprints(thumbprints),
        tags: tagsOf(input.Tags),
      }
      tx.put(openIdConnectProviders, accountId, url, provider)
      return { OpenIDConnectProviderArn: providerArn(accountId, url), ...tagsShape(provider.tags) }
    })
  },
})

export const getOpenIDConnectProvider = iamOperation<iam.GetOpenIDConnectProviderCommandInput, iam.GetOpenIDConnectProviderCommandOutput>(
  iam.GetOpenIDConnectProvider$,
  {
    authorize: ({ OpenIDConnectProviderArn }, call) => [check('GetOpenIDConnectProvider', providerTarget(call, OpenIDConnectProviderArn))],
    invoke: ({ OpenIDConnectProviderArn }, { state, caller: { accountId } }) =>
      state.read((view) => {
        const { url, clientIds, thumbprints, createdAt, tags } = providerOf(view, accountId, OpenIDConnectProviderArn)
        return {
          Url: url,
          ClientIDList: [...clientIds],
          ThumbprintList: [...thumbprints],
          CreateDate: new Date(createdAt),
          Tags: tagShapes(tags),
        }
      }),
  },
)

export const listOpenIDConnectProviders = iamOperation<
  iam.ListOpenIDConnectProvidersCommandInput,
  iam.ListOpenIDConnectProvidersCommandOutput
>(iam.ListOpenIDConnectProviders$, {
  authorize: () => [check('ListOpenIDConnectProviders', everything)],
  invoke: (_, { state, caller: { accountId } }) =>
    state.read((view) => ({
      OpenIDConnectProviderList: view.list(openIdConnectProviders, accountId).map(({ key }) => ({ Arn: providerArn(accountId, key) })),
    })),
})

export const deleteOpenIDConnectProvider = iamOperation<
  iam.DeleteOpenIDConnectProviderCommandInput,
  iam.DeleteOpenIDConnectProviderCommandOutput
>(iam.DeleteOpenIDConnectProvider$, {
  authorize: ({ OpenIDConnectProviderArn }, call) => [check('DeleteOpenIDConnectProvider', providerTarget(call, OpenIDConnectProviderArn))],
  async invoke({ OpenIDConnectProviderArn: arn }, { state, caller: { accountId } }) {
    await state.transact((tx) => {
      const provider = findProvider(tx, accountId, arn) ?? missing(`OpenId connect Provider ${arn} cannot be found.`)
      tx.delete(openIdConnectProviders, accountId, provider.url)
    })
    return {}
  },
})

export const addClientIDToOpenIDConnectProvider = iamOperation<
  iam.AddClientIDToOpenIDConnectProviderCommandInput,
  iam.AddClientIDToOpenIDConnectProviderCommandOutput
>(iam.AddClientIDToOpenIDConnectProvider$, {
  authorize: ({ OpenIDConnectProviderArn }, call) => [
    check('AddClientIDToOpenIDConnectProvider', providerTarget(call, OpenIDConnectProviderArn)),
  ],
  async invoke({ OpenIDConnectProviderArn, ClientID }, { state, caller: { accountId } }) {
    await state.transact((tx) =>
      change(tx, accountId, OpenIDConnectProviderArn, (provider) => ({
        ...provider,
        clientIds: withinClientQuota([...new Set([...provider.clientIds, ClientID])]),
      })),
    )
    return {}
  },
})

export const removeClientIDFromOpenIDConnectProvider = iamOperation<
  iam.RemoveClientIDFromOpenIDConnectProviderCommandInput,
  iam.RemoveClientIDFromOpenIDConnectProviderCommandOutput
>(iam.RemoveClientIDFromOpenIDConnectProvider$, {
  authorize: ({ OpenIDConnectProviderArn }, call) => [
    check('RemoveClientIDFromOpenIDConnectProvider', providerTarget(call, OpenIDConnectProviderArn)),
  ],
  async invoke({ OpenIDConnectProviderArn, ClientID }, { state, caller: { accountId } }) {
    await state.transact((tx) =>
      change(tx, accountId, OpenIDConnectProviderArn, (provider) => ({
        ...provider,
        clientIds: provider.clientIds.filter((id) => id !== ClientID),
      })),
    )
    return {}
  },
})

export const updateOpenIDConnectProviderThumbprint = iamOperation<
  iam.UpdateOpenIDConnectProviderThumbprintCommandInput,
  iam.UpdateOpenIDConnectProviderThumbprintCommandOutput
>(iam.UpdateOpenIDConnectProviderThumbprint$, {
  authorize: ({ OpenIDConnectProviderArn }, call) => [
    check('UpdateOpenIDConnectProviderThumbprint', providerTarget(call, OpenIDConnectProviderArn)),
  ],
  async invoke({ OpenIDConnectProviderArn, ThumbprintList }, { state, caller: { accountId } }) {
    await state.transact((tx) =>
      change(tx, accountId, OpenIDConnectProviderArn, (provider) => ({ ...provider, thumbprints: fewThumbprints(ThumbprintList) })),
    )
    return {}
  },
})

export const tagOpenIDConnectProvider = iamOperation<iam.TagOpenIDConnectProviderCommandInput, iam.TagOpenIDConnectProviderCommandOutput>(
  iam.TagOpenIDConnectProvider$,
  {
    authorize: ({ OpenIDConnectProviderArn, Tags }, call) => [
      check('TagOpenIDConnectProvider', providerTarget(call, OpenIDConnectProviderArn), requestTags(Tags)),
    ],
    async invoke({ OpenIDConnectProviderArn, Tags }, { state, caller: { accountId } }) {
      await state.transact((tx) =>
        change(tx, accountId, OpenIDConnectProviderArn, (provider) => ({ ...provider, tags: withTags(provider.tags, tagsOf(Tags)) })),
      )
      return {}
    },
  },
)

export const untagOpenIDConnectProvider = iamOperation<
  iam.UntagOpenIDConnectProviderCommandInput,
  iam.UntagOpenIDConnectProviderCommandOutput
>(iam.UntagOpenIDConnectProvider$, {
  authorize: ({ OpenIDConnectProviderArn, TagKeys }, call) => [
    check('UntagOpenIDConnectProvider', providerTarget(call, OpenIDConnectProviderArn), requestTagKeys(TagKeys)),
  ],
  async invoke({ OpenIDConnectProviderArn, TagKeys }, { state, caller: { accountId } }) {
    await state.transact((tx) =>
      change(tx, accountId, OpenIDConnectProviderArn, (provider) => ({ ...provider, tags: withoutTags(provider.tags, TagKeys) })),
    )
    return {}
  },
})

export const listOpenIDConnectProviderTags = iamOperation<
  iam.ListOpenIDConnectProviderTagsCommandInput,
  iam.ListOpenIDConnectProviderTagsCommandOutput
>(iam.ListOpenIDConnectProviderTags$, {
  authorize: ({ OpenIDConnectProviderArn }, call) => [
    check('ListOpenIDConnectProviderTags', providerTarget(call, OpenIDConnectProviderArn)),
  ],
  invoke: (input, { state, caller: { accountId } }) =>
    state.read((view) => tagPage(providerOf(view, accountId, input.OpenIDConnectProviderArn).tags, input)),
})

function change(tx: Transaction, accountId: string, arn: string, work: (provider: OpenIdConnectProvider) => OpenIdConnectProvider): void {
  const provider = providerOf(tx, accountId, arn)
  tx.put(openIdConnectProviders, accountId, provider.url, work(provider))
}

/** The issuer without its scheme. Queries and fragments have no place in an issuer (OpenID Connect Discovery 1.0, section 3). */
function urlOf(url: string): string {
  const [, rest] = /^https:\/\/([A-Za-z0-9.-]+(?::\d+)?(?:\/[!-~]*)?)$/.exec(url) ?? []
  // Its claims become condition keys behind this name: of `https://tidegate` one would be called as one of our own.
  const isPrefix = rest !== undefined && /^[a-z0-9-]+$/i.test(rest)
  if (rest === undefined || isPrefix || /[?#@*]/.test(rest)) throw iamError('ValidationError', 'Invalid Open ID Connect Provider URL')
  return rest
}

function withinClientQuota(ids: readonly string[]): readonly string[] {
  if (ids.length <= maxClients) return ids
  throw iamError('LimitExceeded', `Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${maxClients}`)
}

function fewThumbprints(thumbprints: readonly string[]): readonly string[] {
  if (thumbprints.length <= maxThumbprints) return [...new Set(thumbprints)]
  throw iamError('InvalidInput', 'Thumbprint list must contain fewer than 5 entries.')
}

const maxClients = 100
const maxThumbprints = 5
