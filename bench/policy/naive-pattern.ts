/** A pattern of the policy language as a RegExp: made once for each pattern, or anew at every use. */
export type Variables = (key: string) => string | undefined

export interface Pattern {
  readonly text: string
  matches(value: string, variables: Variables): boolean
  /** The text with its variables filled in, `undefined` when one has no value. */
  literal(variables: Variables): string | undefined
}

export function pattern(text: string, options: { readonly cached: boolean; readonly ignoreCase?: boolean }): Pattern {
  const flags = options.ignoreCase === true ? 'is' : 's'
  const varies = text.includes('${')
  const compile = (variables: Variables): RegExp | undefined => {
    const source = expand(text, variables, (part) => escape(part).replaceAll('*', '.*').replaceAll('?', '.'), escapeAll)
    return source === undefined ? undefined : new RegExp(`^${source}$`, flags)
  }
  const ready = options.cached && !varies ? compile(() => undefined) : undefined
  return {
    text,
    matches: (value, variables) => (ready ?? compile(variables))?.test(value) ?? false,
    literal: (variables) => (varies ? expand(text, variables, same, same) : text),
  }
}

function expand(
  text: string,
  variables: Variables,
  ofText: (part: string) => string,
  ofValue: (value: string) => string,
): string | undefined {
  let expanded = ''
  for (const part of text.split(/(\$\{[^}]*\})/)) {
    const value = part.startsWith('${') ? variables(part.slice(2, -1).toLowerCase()) : part
    if (value === undefined) return undefined
    expanded += part.startsWith('${') ? ofValue(value) : ofText(value)
  }
  return expanded
}

const same = (text: string): string => text

function escape(text: string): string {
  return text.replace(/[\\^$.+|()[\]{}]/g, '\\$&')
}

function escapeAll(text: string): string {
  return escape(text).replace(/[*?]/g, '\\$&')
}
