/** Terraform with the AWS provider, unmodified: what it makes it finds again, so that a second plan changes nothing. */
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ListUsersCommand } from '@aws-sdk/client-iam'
import { test, type TestContext } from 'vitest'
import { iamClient } from './support/clients.ts'
import { clientEnvironment, mainAccount, type TestInstance, testInstance } from './support/instance.ts'
import { providerMirror, run, terraform } from './support/programs.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

interface Run {
  readonly instance: TestInstance
  /** What a command prints; a failure is told in its own words. */
  readonly tf: (command: string, ...args: readonly string[]) => Promise<string>
}

/** A folder with the configuration `name` of `support`, initialized, and a new instance for it. */
async function initialized(context: TestContext, name: string): Promise<Run> {
  terraform(context)
  const instance = await testInstance()
  context.onTestFinished(() => instance.close())
  const cwd = temporaryFolder(context)
  cpSync(join(import.meta.dirname, 'support', name), cwd, { recursive: true })
  const configuration = join(cwd, 'terraform.rc')
  writeFileSync(configuration, `provider_installation {\n  filesystem_mirror {\n    path = "${providerMirror ?? ''}"\n  }\n}\n`)
  const env = {
    ...clientEnvironment(instance.url, instance.rootKey()),
    TF_CLI_CONFIG_FILE: configuration,
    TF_IN_AUTOMATION: '1',
    TF_VAR_endpoint: instance.url,
    CHECKPOINT_DISABLE: '1',
  }
  const tf: Run['tf'] = async (command, ...args) => {
    const { code, stdout, stderr } = await run('terraform', [command, '-no-color', ...args], { env, cwd })
    context.expect([command, ...args, code, stderr]).toEqual([command, ...args, 0, ''])
    return stdout
  }
  await tf('init', '-input=false')
  return { instance, tf }
}

const two = ['-input=false', '-var=variant=two']
const noChanges = 'No changes. Your infrastructure matches the configuration.'

test(
  'every kind of IAM resource is made, found unchanged, changed in place, found unchanged, and deleted',
  { timeout: 600_000 },
  async (context) => {
    const { expect } = context
    const { instance, tf } = await initialized(context, 'terraform-iam')
    const applied = await tf('apply', '-auto-approve', '-input=false')
    expect(applied).toContain('Apply complete! Resources: 19 added, 0 changed, 0 destroyed.')
    const outputs = [`account = "${mainAccount}"`, 'may_read = true', `task_arn = "arn:aws:iam::${mainAccount}:role/team/task"`]
    expect(applied.trim().split('\n').slice(-3)).toEqual(outputs)
    expect(await tf('plan', '-input=false')).toContain(noChanges)
    expect(await tf('apply', '-auto-approve', ...two)).toMatch(/Apply complete! Resources: \d+ added, \d+ changed, \d+ destroyed\./)
    expect(await tf('plan', ...two)).toContain(noChanges)
    expect(await tf('destroy', '-auto-approve', ...two)).toContain('Destroy complete! Resources: 19 destroyed.')
    expect((await iamClient(instance.url, instance.rootKey()).send(new ListUsersCommand({}))).Users).toEqual([])
    expect(instance.problems).toEqual([])
  },
)

test(
  'ECS clusters, task definitions and services likewise; a changed definition is a new revision',
  { timeout: 600_000 },
  async (context) => {
    const { expect } = context
    const { instance, tf } = await initialized(context, 'terraform-ecs')
    expect(await tf('apply', '-auto-approve', '-input=false')).toContain('Apply complete! Resources: 10 added, 0 changed, 0 destroyed.')
    expect(await tf('plan', '-input=false')).toContain(noChanges)
    expect(await tf('apply', '-auto-approve', ...two)).toContain('Apply complete! Resources: 1 added, 4 changed, 1 destroyed.')
    expect(await tf('plan', ...two)).toContain(noChanges)
    expect(await tf('destroy', '-auto-approve', ...two)).toContain('Destroy complete! Resources: 10 destroyed.')
    expect(instance.problems).toEqual([])
  },
)

test('log groups and what belongs to them likewise', { timeout: 600_000 }, async (context) => {
  const { expect } = context
  const { instance, tf } = await initialized(context, 'terraform-logs')
  const applied = await tf('apply', '-auto-approve', '-input=false')
  expect(applied).toContain('Apply complete! Resources: 6 added, 0 changed, 0 destroyed.')
  expect(applied).toContain(`arn = "arn:aws:logs:eu-central-1:${mainAccount}:log-group:/ecs/web"`)
  expect(await tf('plan', '-input=false')).toContain(noChanges)
  expect(await tf('apply', '-auto-approve', ...two)).toContain('Apply complete! Resources: 0 added, 3 changed, 0 destroyed.')
  expect(await tf('plan', ...two)).toContain(noChanges)
  expect(await tf('destroy', '-auto-approve', ...two)).toContain('Destroy complete! Resources: 6 destroyed.')
  expect(instance.problems).toEqual([])
})
