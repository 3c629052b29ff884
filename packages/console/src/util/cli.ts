/** A call as a line for a shell, so that what a click does can be typed, kept and shared. */
export function cliCommand(service: string, operation: string, input: object, region: string): string {
  const options = Object.entries(input).flatMap(([name, value]) => option(name, value as unknown))
  return ['aws', service, kebab(operation), ...options, '--region', quoted(region)].join(' ')
}

function option(name: string, value: unknown): string[] {
  if (value === undefined) return []
  const flag = `--${kebab(name)}`
  if (value === true) return [flag]
  if (value === false) return [`--no-${kebab(name)}`]
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return [flag, ...value.map(quoted)]
  return [flag, quoted(typeof value === 'string' ? value : JSON.stringify(value))]
}

/** As the CLI spells names: `forceNewDeployment` is `force-new-deployment`. */
function kebab(name: string): string {
  return name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '-').toLowerCase()
}

/** What a POSIX shell reads as one word, whatever is in it. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
