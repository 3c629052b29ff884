/** How many events an hour had, in all and by error code: what makes a month of denials a matter of addition. */

export class HourCounts {
  readonly #hours = new Map<number, Map<string, number>>()

  /** @param time milliseconds since 1970 */
  add(time: number, errorCode: string | undefined): void {
    const codes = this.#of(Math.floor(time / hourMs))
    increase(codes, '', 1)
    if (errorCode !== undefined) increase(codes, errorCode, 1)
  }

  /** @param errorCodes events with one of these, all events where absent */
  count(hour: number, errorCodes?: readonly string[]): number {
    const codes = this.#hours.get(hour)
    if (codes === undefined) return 0
    return errorCodes === undefined ? (codes.get('') ?? 0) : errorCodes.reduce((sum, code) => sum + (codes.get(code) ?? 0), 0)
  }

  hours(): IterableIterator<number> {
    return this.#hours.keys()
  }

  toJSON(): [hour: number, codes: [code: string, count: number][]][] {
    return [...this.#hours].map(([hour, codes]) => [hour, [...codes]])
  }

  static from(json: ReturnType<HourCounts['toJSON']>): HourCounts {
    const counts = new HourCounts()
    for (const [hour, codes] of json) for (const [code, count] of codes) increase(counts.#of(hour), code, count)
    return counts
  }

  #of(hour: number): Map<string, number> {
    let codes = this.#hours.get(hour)
    if (codes === undefined) this.#hours.set(hour, (codes = new Map<string, number>()))
    return codes
  }
}

function increase(codes: Map<string, number>, code: string, by: number): void {
  codes.set(code, (codes.get(code) ?? 0) + by)
}

export const hourMs = 3_600_000
