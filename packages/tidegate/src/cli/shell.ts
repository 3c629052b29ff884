/** Text that a shell is to read: lines for `eval "$(…)"`. */

/** `export NAME=value` for each. A value is a word to every shell, whatever stands in it: it may come from an instance that nobody here runs. */
export function exportLines(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${shellWord(value)}\n`)
    .join('')
}

function shellWord(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`
}
