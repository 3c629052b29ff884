import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { test } from 'vitest'

/**
 * Every import that may cross from one layer to another. Read from the bottom up: this table is the architecture.
 * Layers that have no code yet are here so that their first file is in its place.
 */
const mayImport: Record<string, readonly string[]> = {
  policy: [], // pure, published on its own
  kernel: ['policy'], // ids, clock, AwsError, the Operation type
  wire: ['kernel'], // bytes to shapes and back, by the SDK's schemas; knows protocols, not services
  api: [], // shapes of the API of our own, for the service and its clients
  services: ['kernel', 'policy', 'api'], // no transport, no store, no other service
  configuration: ['kernel', 'policy'], // the configuration file
  federation: ['kernel'],
  audit: ['kernel', 'policy'],
  store: ['kernel', 'services', 'audit'], // implements ports that services and audit declare
  objects: ['kernel', 'services'], // the object store: implements the port that S3 declares
  sessions: ['kernel'], // key ring, session tokens, revocations
  'log-drivers': ['kernel', 'services'], // output of containers, into CloudWatch Logs
  runtime: ['kernel', 'services'], // where containers run: Docker, processes
  gateway: ['kernel', 'wire', 'policy', 'audit'], // is handed the operation table, never imports a service
  telemetry: ['kernel', 'gateway'], // sends the traces that the gateway tells
  endpoints: ['kernel', 'services', 'federation'], // task credentials, metadata, OIDC discovery
  demo: ['main', 'kernel'], // the demonstration: an identity provider, an organization, the tour; loaded only for it
  main: [
    'api',
    'kernel',
    'wire',
    'services',
    'configuration',
    'sessions',
    'federation',
    'audit',
    'store',
    'objects',
    'gateway',
    'telemetry',
    'endpoints',
    'runtime',
    'log-drivers',
    'policy',
  ],
  cli: ['main', 'api', 'kernel', 'policy', 'audit', 'configuration', 'sessions', 'telemetry', 'objects', 'demo'],
  console: ['api'], // speaks HTTP to the plane like any other client
}

const maxLines = 400

const root = resolve(import.meta.dirname, '..')
const files = ['policy', 'tidegate', 'console'].flatMap((pkg) => sourceFiles(join(root, 'packages', pkg, 'src')))
const imports = files.flatMap(importsOf)

// An empty scan would pass every rule; dependency-cruiser 17 does exactly that on TypeScript 7.
test('the scan reads the code', ({ expect }) => {
  const places = imports.map(({ from }) => place(from).layer)
  expect(places.filter((layer) => layer === 'policy').length).toBeGreaterThan(10)
  expect(places.filter((layer) => layer === 'cli').length).toBeGreaterThan(10)
  expect(imports.map(({ to }) => to)).toContain('@tidegate/policy')
})

test('imports follow the table', ({ expect }) => {
  expect([...new Set(imports.flatMap(objection))]).toEqual([])
})

test('policy imports nothing but itself', ({ expect }) => {
  const foreign = imports.filter(({ from, to }) => place(from).layer === 'policy' && !to.startsWith('.'))
  expect(foreign.map(({ from, to }) => `${from}: ${to}`)).toEqual([])
})

test('sources import only what their package depends on', ({ expect }) => {
  const undeclared = imports.filter(({ from, to }) => isBare(to) && !dependenciesOf(from).includes(packageName(to)))
  expect(undeclared.map(({ from, to }) => `${from}: ${to}`)).toEqual([])
})

test(`no source file is longer than ${maxLines} lines`, ({ expect }) => {
  const long = files.map((file) => ({ file: fromRoot(file), lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  expect(long.filter(({ lines }) => lines > maxLines)).toEqual([])
})

interface Import {
  readonly from: string
  readonly to: string
}

function importsOf(path: string): Import[] {
  const statements = /^(?:import\s(?:[^'"`;=]*\sfrom\s)?|export\s(?:type\s)?[*{][^'"`;=]*\sfrom\s)'([^']+)'|\bimport\(\s*'([^']+)'/gm
  const found = readFileSync(path, 'utf8').matchAll(statements)
  return [...found].map(([, fixed, dynamic]) => ({ from: fromRoot(path), to: fixed ?? dynamic ?? '' }))
}

function objection({ from, to }: Import): string[] {
  const target = targetOf(from, to)
  if (target === undefined) return []
  const [a, b] = [place(from), place(target)]
  const allowed = mayImport[a.layer]
  if (allowed === undefined) return [`${from}: layer '${a.layer}' is not in the table`]
  if (a.layer === b.layer) return a.service === b.service ? [] : [`${from} → ${target}: services meet only in main.ts`]
  return allowed.includes(b.layer) ? [] : [`${from} → ${target}: ${a.layer} may import ${allowed.join(', ') || 'nothing'}`]
}

/** The file of the repository that is imported; undefined for packages of others. */
function targetOf(from: string, to: string): string | undefined {
  if (to.startsWith('.')) return fromRoot(resolve(root, dirname(from), to))
  if (to.startsWith('@tidegate/')) return `packages/${to.slice('@tidegate/'.length)}/src/index.ts`
  return undefined
}

/** 'packages/tidegate/src/services/sts/index.ts' is in layer 'services', service 'sts'. */
function place(file: string): { layer: string; service: string | undefined } {
  const [, pkg = '', , folder = '', inner = ''] = file.split('/')
  if (pkg === 'policy' || pkg === 'console') return { layer: pkg, service: undefined }
  if (folder.endsWith('.ts')) return { layer: 'main', service: undefined }
  return { layer: folder, service: folder === 'services' ? inner : undefined }
}

function isBare(specifier: string): boolean {
  return !specifier.startsWith('.') && !specifier.startsWith('node:')
}

/** '@smithy/core/schema' is of package '@smithy/core'. */
function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function dependenciesOf(file: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, ...file.split('/').slice(0, 2), 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>
  }
  return Object.keys(manifest.dependencies ?? {})
}

function sourceFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => join(folder, name))
}

function fromRoot(path: string): string {
  return relative(root, path).split(sep).join('/')
}
