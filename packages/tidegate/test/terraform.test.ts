/** Terraform with the AWS provider, unmodified: what it makes it finds again, so that a second plan changes nothing. */
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ListUsersCommand } from '@aws-sdk/client-iam'
import { test } from 'vitest'
import { iamClient } from './support/clients.ts'
import { clientEnvironment, mainAccount, testInstance } from './support/instance.ts'
import { providerMirror, run, terraform } from './support/programs.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

test(
  'every kind of IAM resource is made, found unchanged, changed in place, found unchanged, and deleted',
  { timeout: 600_000 },
  async (context) => {
    terraform(context)
    const { expect } = context
    const instance = await testInstance()
    context.onTestFinished(() => instance.close())
    const cwd = temporaryFolder(context)
    cpSync(join(import.meta.dirname, 'support/terraform'), cwd, { recursive: true })
    const configuration = join(cwd, 'terraform.rc')
    writeFileSync(configuration, `provider_installation {\n  filesystem_mirror {\n    path = "${providerMirror ?? ''}"\n  }\n}\n`)
    const env = {
      ...clientEnvironment(instance.url, instance.rootKey()),
      TF_CLI_CONFIG_FILE: configuration,
      TF_IN_AUTOMATION: '1',
      TF_VAR_endpoint: instance.url,
      CHECKPOINT_DISABLE: '1',
    }
    /** What it prints; a failure is told in its own words. */
    const tf = async (command: string, ...args: readonly string[]) => {
      const { code, stdout, stderr } = await run('terraform', [command, '-no-color', ...args], { env, cwd })
      expect([command, ...args, code, stderr]).toEqual([command, ...args, 0, ''])
      return stdout
    }
    const unchanged = expect.stringContaining('No changes. Your infrastructure matches the configuration.')

    await tf('init', '-input=false')
    const applied = await tf('apply', '-auto-approve', '-input=false')
    expect(applied).toContain('Apply complete! Resources: 19 added, 0 changed, 0 destroyed.')
    const outputs = [`account = "${mainAccount}"`, 'may_read = true', `task_arn = "arn:aws:iam::${mainAccount}:role/team/task"`]
    expect(applied.trim().split('\n').slice(-3)).toEqual(outputs)
    expect(await tf('plan', '-input=false')).toEqual(unchanged)
    const two = ['-input=false', '-var=variant=two']
    expect(await tf('apply', '-auto-approve', ...two)).toMatch(/Apply complete! Resources: \d+ added, \d+ changed, \d+ destroyed\./)
    expect(await tf('plan', ...two)).toEqual(unchanged)
    expect(await tf('destroy', '-auto-approve', ...two)).toContain('Destroy complete! Resources: 19 destroyed.')
    expect((await iamClient(instance.url, instance.rootKey()).send(new ListUsersCommand({}))).Users).toEqual([])
    expect(instance.problems).toEqual([])
  },
)
