/**
 * Counters and histograms in Prometheus' text format.
 *
 * INVARIANT: a label never holds who called or what was named in a request. Each label lists its values beforehand, and whatever else
 * comes is counted as `other`: nobody outside can make the table of series grow.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */

/** The values that each label may have. */
export type LabelValues<Label extends string> = Readonly<Record<Label, readonly string[]>>
export type Labels<Label extends string> = Readonly<Record<Label, string>>

export interface Counter<Label extends string> {
  add(labels: Labels<Label>, count?: number): void
}

export interface Gauge {
  set(value: number): void
}

export interface Histogram<Label extends string> {
  observe(labels: Labels<Label>, value: number): void
}

export class Metrics {
  readonly #families = new Map<string, () => string>()

  /** Its name ends in `_total`. */
  counter<const Label extends string>(name: string, help: string, values: LabelValues<Label>): Counter<Label> {
    const labelText = labeller(values)
    const series = new Map<string, number>()
    this.#add(name, help, 'counter', () => [...series].map(([labels, count]) => line(name, labels, count)))
    return {
      add(labels, count = 1) {
        const key = labelText(labels)
        series.set(key, (series.get(key) ?? 0) + count)
      },
    }
  }

  gauge(name: string, help: string): Gauge {
    let current = 0
    this.#add(name, help, 'gauge', () => [line(name, '', current)])
    return {
      set(value) {
        current = value
      },
    }
  }

  /** `bounds` are the upper ends of its buckets, ascending; one for everything above them is added. */
  histogram<const Label extends string>(
    name: string,
    help: string,
    values: LabelValues<Label>,
    bounds: readonly number[] = latencySeconds,
  ): Histogram<Label> {
    const labelText = labeller(values)
    const series = new Map<string, { sum: number; readonly counts: number[] }>()
    this.#add(name, help, 'histogram', () =>
      [...series].flatMap(([labels, { sum, counts }]) => histogramLines(name, labels, sum, counts, bounds)),
    )
    return {
      observe(labels, value) {
        const key = labelText(labels)
        let one = series.get(key)
        if (one === undefined) series.set(key, (one = { sum: 0, counts: Array.from({ length: bounds.length + 1 }, () => 0) }))
        const above = bounds.findIndex((bound) => value <= bound)
        const bucket = above < 0 ? bounds.length : above
        one.sum += value
        one.counts[bucket] = (one.counts[bucket] ?? 0) + 1
      },
    }
  }

  /** What `/metrics` answers, as `text/plain; version=0.0.4`. */
  render(): string {
    return [...this.#families.values()].map((family) => family()).join('')
  }

  #add(name: string, help: string, type: string, lines: () => readonly string[]): void {
    if (this.#families.has(name)) throw new Error(`the metric ${name} exists already`)
    const head = `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`
    this.#families.set(name, () => head + lines().join(''))
  }
}

/** Labels as text, in the order in which the metric names them. */
function labeller<Label extends string>(values: LabelValues<Label>): (labels: Labels<Label>) => string {
  const known = Object.entries<readonly string[]>(values).map(([name, each]) => ({
    name,
    texts: new Map<unknown, string>(each.map((value) => [value, `${name}="${escaped(value)}"`])),
    other: `${name}="other"`,
  }))
  return (labels) => {
    let text = ''
    for (const { name, texts, other } of known) {
      const one = texts.get(Reflect.get(labels, name)) ?? other
      text = text === '' ? one : `${text},${one}`
    }
    return text
  }
}

function histogramLines(name: string, labels: string, sum: number, counts: readonly number[], bounds: readonly number[]): string[] {
  let count = 0
  const buckets = counts.map((each, index) => {
    count += each
    const bound = `le="${bounds[index] ?? '+Inf'}"`
    return line(`${name}_bucket`, labels === '' ? bound : `${labels},${bound}`, count)
  })
  return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, count)]
}

function line(name: string, labels: string, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${value}\n`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

const latencySeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
