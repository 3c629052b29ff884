/** The condition keys that policies ask for, in conditions and as policy variables, as the policies write them. */
import type { PolicyDocument } from '@tidegate/policy'

export function contextKeysOf(documents: readonly PolicyDocument[]): string[] {
  const keys = new Map<string, string>()
  for (const { version, statements } of documents) {
    for (const { conditions, resource } of statements) {
      const texts = [...(resource?.patterns ?? []), ...conditions.flatMap(({ values }) => values)]
      const variables = version === '2012-10-17' ? texts.flatMap((text) => [...text.matchAll(variable)].map(([, key = '']) => key)) : []
      for (const key of [...conditions.map((condition) => condition.key), ...variables]) keys.set(key.toLowerCase(), key)
    }
  }
  return [...keys.values()].toSorted()
}

/** `${*}`, `${?}` and `${$}` are characters, not keys. */
const variable = /\$\{\s*([A-Za-z][^},]*?)\s*(?:,[^}]*)?\}/g
