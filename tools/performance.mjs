/**
 * Why this exists: figures in documents grow old, or were better than they are. Those in `docs/performance.md` are written by this, from the
 * newest run of each benchmark in `bench/results`:
 *
 *   node tools/performance.mjs
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const document = join(root, 'docs', 'performance.md')

/** @typedef {Readonly<Record<string, any>>} Line */

/**
 * The benchmark of a table that is not called like it.
 * @type {Readonly<Record<string, string>>}
 */
const parts = { stages: 'gateway', targets: 'policy' }

/** @type {Readonly<Record<string, () => readonly (readonly string[])[]>>} */
const tables = {
  gateway: () => [
    ['server', 'request', 'CPU us', '+-', 'times a bare answer', 'requests a second', 'p50 ms', 'p99 ms'],
    ...newest('gateway')
      .filter(({ measure }) => measure === 'request')
      .map((line) => [
        line['server'],
        line['kind'],
        us(line['median']),
        us(line['mad']),
        times(line['timesBare']),
        whole(line['perSecond']),
        us(line['p50Milliseconds']),
        us(line['p99Milliseconds']),
      ]),
  ],
  stages: () => {
    const lines = newest('gateway').filter(({ measure }) => measure === 'stage')
    const stages = [...new Set(lines.map(({ stage }) => stage))]
    return [
      ['request', ...stages],
      ...[...new Set(lines.map(({ kind }) => kind))].map((kind) => [
        kind,
        ...stages.map((stage) => us(lines.find((line) => line['kind'] === kind && line['stage'] === stage)?.['median'])),
      ]),
    ]
  },
  s3: () => [
    ['scenario', 'server', 'a second', 'MiB/s', 'times nginx', 'CPU us'],
    ...newest('s3').map((line) => [
      line['scenario'],
      line['server'],
      whole(line['perSecond']),
      line['mebibytesPerSecond'] === undefined ? '' : whole(line['mebibytesPerSecond']),
      line['timesNginx'] === null ? '' : times(line['timesNginx']),
      whole(line['cpuMicroseconds']),
    ]),
  ],
  policy: () => {
    const lines = newest('policy').filter(({ measure }) => measure === 'decision')
    const engines = [...new Set(lines.map(({ engine }) => engine))]
    const cell = (/** @type {Line | undefined} */ line) =>
      line === undefined
        ? ''
        : line['engine'] === 'tidegate'
          ? us(line['median'])
          : `${us(line['median'])} (${times(line['timesTidegate'])})`
    return [
      ['world', ...engines],
      ...[...new Set(lines.map(({ world }) => world))].map((world) => [
        world,
        ...engines.map((engine) => cell(lines.find((line) => line['world'] === world && line['engine'] === engine))),
      ]),
    ]
  },
  targets: () => {
    const lines = newest('targets')
    const of = (/** @type {Line} */ wanted) =>
      lines.find((line) => Object.entries(wanted).every(([key, value]) => line[key] === value)) ?? {}
    const ratio = (/** @type {string} */ world, /** @type {string} */ engine) => of({ measure: 'decision', world, engine })['timesTidegate']
    const growth = (/** @type {string} */ world) =>
      of({ measure: 'growth', world })['median'] / of({ measure: 'growth', world: 's10' })['median']
    const { compilation, allocations } = of({ measure: 'costs' })
    const allocated = allocations.map((/** @type {Line} */ { bytesPerDecision }) => Math.round(bytesPerDecision))
    const { loaded, asked } = of({ measure: 'memory', world: 'acct100k' })
    const rows = /** @type {const} */ ([
      ...['s10', 's100', 's1k'].map((world, i) => [
        `Cedar / ours, ${world}`,
        '>=',
        [250, 1500, 10_000][i],
        ratio(world, 'cedar-wasm, preparsed'),
      ]),
      ...['s10', 's100', 's1k'].map((world, i) => [
        `naive / ours, ${world}`,
        '>=',
        [25, 150, 1500][i],
        ratio(world, 'naive, RegExp cached'),
      ]),
      ['10,000 statements / 10', '<=', 1.25, growth('s10k')],
      ['100,000 policies / 10 statements', '<=', 3, growth('acct100k')],
      ['bytes allocated by a hot decision', '<=', 0, Math.max(...allocated)],
      ['bytes a statement, 100,000 policies, compiled', '<=', 400, loaded],
      ['the same, after each request once', '<=', 400, asked],
      ['us to compile a policy of 4 statements', '<=', 30, compilation.parse + compilation.compile],
    ])
    return [
      ['', 'target', 'measured', 'met'],
      ...rows.map(([what, relation, limit, measured]) => [
        what,
        `${relation} ${limit.toLocaleString('en')}`,
        us(measured),
        (relation === '>=' ? measured >= limit : measured <= limit) ? 'yes' : 'no',
      ]),
    ]
  },
  audit: () => {
    const lines = newest('audit')
    return [
      ['question', 'unit', 'ours', 'node:sqlite', 'sqlite / ours'],
      ...[...new Set(lines.map(({ question }) => question))].map((question) => {
        const of = (/** @type {string} */ store) => lines.findLast((line) => line['question'] === question && line['store'] === store)
        const [ours, theirs] = [of('ours'), of('sqlite')]
        return [question, ours?.['unit'] ?? '', us(ours?.['median']), us(theirs?.['median']), times(theirs?.['median'] / ours?.['median'])]
      }),
    ]
  },
  start: () => [
    ['', 'median', 'p90', 'unit', 'times node'],
    ...newest('start').map((line) => [
      line['name'],
      us(line['median']),
      us(line['p90']),
      line['unit'],
      line['timesNode'] === undefined ? '' : times(line['timesNode']),
    ]),
  ],
  ecs: () => {
    const lines = newest('ecs')
    const of = (/** @type {string} */ measure, /** @type {number} */ tasks) =>
      lines.find((line) => line['measure'] === measure && line['tasks'] === tasks)
    return [
      ['tasks that run', 'CPU us of a change', '+-', 'CPU us to adopt one'],
      ...[...new Set(lines.map(({ tasks }) => tasks))].map((tasks) => [
        whole(tasks),
        us(of('change', tasks)?.['median']),
        us(of('change', tasks)?.['mad']),
        us(of('adopt', tasks)?.['median']),
      ]),
    ]
  },
  tasks: () => {
    const of = (/** @type {string} */ begin) => newest('tasks').find(({ measure }) => measure.startsWith(begin))
    const [credentials, docker, processes] = [of('credentials'), of('docker'), of('processes')]
    const compared = (/** @type {string} */ what, /** @type {number[]} */ [ours, bare, ratio]) => [
      what,
      us(ours),
      us(bare),
      times(ratio ?? 0),
    ]
    return [
      ['', 'ours', 'bare', 'times'],
      ...(credentials === undefined
        ? []
        : [
            compared('credentials of a task, us, p50', [credentials['median'], credentials['bareMedian'], credentials['medianRatio']]),
            compared('credentials of a task, us, p99', [credentials['p99'], credentials['bareP99'], credentials['p99Ratio']]),
          ]),
      ...(docker === undefined
        ? []
        : [compared('a container, ms to running, p50', [docker['median'], docker['bareMedian'], docker['ratio']])]),
      ...(processes === undefined
        ? []
        : [
            [`${processes['n']} processes, ms until all run`, us(processes['untilAllRun']), '', ''],
            [`${processes['n']} processes, ms until all have ended`, us(processes['untilAllEnded']), '', ''],
            ['supervisor of these, MiB', us(processes['supervisorMiB']), '', ''],
          ]),
    ]
  },
  sessions: () => [
    ['', 'us', '+-'],
    ...newest('sessions')
      .filter(({ unit }) => unit === 'us')
      .map((line) => [line['name'], us(line['median']), us(line['mad'])]),
  ],
}

let text = readFileSync(document, 'utf8')
for (const [name, rows] of Object.entries(tables)) {
  const written = existsSync(resultsOf(name)) ? `${markdown(rows())}\n\n${origin(name)}` : 'No run is recorded.'
  const place = new RegExp(`(<!-- ${name} -->\\n).*?(<!-- end -->)`, 's')
  if (!place.test(text)) throw new Error(`docs/performance.md has no place for \`${name}\``)
  text = text.replace(place, (_, begin, end) => `${begin}\n${written}\n\n${end}`)
}
writeFileSync(document, text)
process.stdout.write('docs/performance.md is written; format it with `npm run format`\n')

/**
 * The lines of the newest run: those that have its date, or the date on which it began; its commit where they have neither.
 * @param {string} name
 * @returns {readonly Line[]}
 */
function newest(name) {
  const lines = readFileSync(resultsOf(name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const last = lines.at(-1)
  return lines.filter(({ date, commit, run }) => (run ?? date) === (last.run ?? last.date) && commit === last.commit)
}

/** @param {string} name */
function resultsOf(name) {
  return join(root, 'bench', 'results', `${parts[name] ?? name}.jsonl`)
}

/** @param {string} name */
function origin(name) {
  const { commit, node, cpu } = newest(name)[0] ?? {}
  return `Commit ${commit}, Node ${node}, ${cpu}.`
}

/** @param {readonly (readonly string[])[]} rows */
function markdown([head = [], ...rows]) {
  const row = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`
  return [row(head), row(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n')
}

/** @param {number | undefined} value */
function us(value) {
  return value === undefined ? '' : value >= 100 ? whole(value) : String(Number(value.toPrecision(2)))
}

/** @param {number} value */
function times(value) {
  return `${value >= 10 ? whole(value) : value.toFixed(2)}x`
}

/** @param {number} value */
function whole(value) {
  return Math.round(value).toLocaleString('en')
}
