/** A JSON file whose members are taken one by one, each with its type, so that a mistake is told with the place where it stands. */

/** What is wrong in a file of configuration, and perhaps the command that tells more. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly next: string | undefined

  constructor(message: string, next?: string) {
    super(message)
    this.next = next
  }
}

export function readObject(text: string, file: string): Member {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ConfigurationError(`\`${file}\` is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!isObject(value)) throw new ConfigurationError(`\`${file}\` must hold a JSON object`)
  return new Member(file, '', '', value)
}

/** One object of the file. */
export class Member {
  /** Name under which it stands in its parent. */
  readonly key: string
  readonly #file: string
  readonly #path: string
  readonly #value: Readonly<Record<string, unknown>>

  constructor(file: string, path: string, key: string, value: Readonly<Record<string, unknown>>) {
    this.#file = file
    this.#path = path
    this.key = key
    this.#value = value
  }

  /** Refuses members that nobody reads: a misspelt setting must not be silently without effect. */
  only(...names: string[]): void {
    const unknown = Object.keys(this.#value).find((name) => !names.includes(name))
    if (unknown !== undefined) throw this.error(unknown, `is no setting; here may be ${names.map((name) => `\`${name}\``).join(', ')}`)
  }

  text(name: string, otherwise?: string): string {
    const value = this.#own(name) ?? otherwise
    if (typeof value !== 'string' || value === '') throw this.error(name, 'must be a text')
    return value
  }

  optionalText(name: string): string | undefined {
    return this.#own(name) === undefined ? undefined : this.text(name)
  }

  /** False where it is absent. */
  flag(name: string): boolean {
    const value = this.#own(name) ?? false
    if (typeof value !== 'boolean') throw this.error(name, 'must be true or false')
    return value
  }

  texts(name: string): readonly string[] {
    const value = this.#own(name) ?? []
    if (!Array.isArray(value) || !value.every((item): item is string => typeof item === 'string'))
      throw this.error(name, 'must be a list of texts')
    return value
  }

  has(name: string): boolean {
    return this.#own(name) !== undefined
  }

  /** A whole number from 1. */
  count(name: string, otherwise: number): number {
    const value = this.#own(name) ?? otherwise
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw this.error(name, 'must be a whole number from 1')
    return value
  }

  choice<const Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.#own(name)
    const found = choices.find((each) => each === value)
    if (found === undefined) throw this.error(name, `must be one of ${choices.join(', ')}`)
    return found
  }

  /** Texts by name, in the order of the file. */
  pairs(name: string): readonly (readonly [string, string])[] {
    return Object.entries(this.record(name)).map(([key, value]) => {
      if (typeof value !== 'string') throw this.error(`${name}.${key}`, 'must be a text')
      return [key, value]
    })
  }

  /** An object as it stands; empty where it is absent. */
  record(name: string): Readonly<Record<string, unknown>> {
    const value = this.#own(name) ?? {}
    if (!isObject(value)) throw this.error(name, 'must be an object')
    return value
  }

  /** The objects in the object `name`; none where it is absent. */
  objects(name: string): readonly Member[] {
    const value = this.#own(name) ?? {}
    if (!isObject(value)) throw this.error(name, 'must be an object')
    return Object.entries(value).map(([key, item]) => {
      if (!isObject(item)) throw this.error(`${name}.${key}`, 'must be an object')
      return new Member(this.#file, `${this.#path}${name}.${key}.`, key, item)
    })
  }

  optionalObject(name: string): Member | undefined {
    const value = this.#own(name)
    if (value === undefined) return undefined
    if (!isObject(value)) throw this.error(name, 'must be an object')
    return new Member(this.#file, `${this.#path}${name}.`, name, value)
  }

  accountId(text: string): string {
    if (!/^\d{12}$/.test(text)) throw this.error('', `\`${text}\` is no account id of 12 digits`)
    return text
  }

  error(name: string, message: string): ConfigurationError {
    const path = `${this.#path}${name}`.replace(/\.$/, '')
    return new ConfigurationError(`\`${this.#file}\`: ${path === '' ? '' : `\`${path}\` `}${message}`)
  }

  #own(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? this.#value[name] : undefined
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
