import { readRootKey } from '../../accounts.ts'
import { dataFolder, defaultDataFolder } from '../../data-folder.ts'
import { command } from '../command.ts'
import { dataFlag } from '../data-flag.ts'
import { statusOf } from '../running-instance.ts'
import { exportLines } from '../shell.ts'
import { UsageError } from '../usage-error.ts'

export const env = command({
  args: {},
  flags: {
    data: dataFlag,
    account: { type: 'string', value: 'ID', summary: 'whose root key to use; the first account by default' },
    port: { type: 'string', value: 'PORT', summary: 'port of an instance that is not running now' },
    region: { type: 'string', value: 'REGION', summary: 'us-east-1 by default' },
    json: { type: 'boolean', summary: 'print an object instead' },
  },
  details: `
Prints AWS_ENDPOINT_URL, that of STS too, AWS_REGION and, for whoever may read the file with the
root key, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. It takes AWS_SESSION_TOKEN and AWS_PROFILE
away.

exit: 0 printed, 1 the instance does not answer, 2 wrong usage or no instance

example:
  eval "$(tidegate env)"`,
  async run({ flags }, io) {
    const folder = dataFolder(flags.data ?? defaultDataFolder)
    const status = await statusOf(folder.control)
    const url = status?.url ?? (flags.port === undefined ? undefined : `http://127.0.0.1:${flags.port}`)
    if (url === undefined) throw new UsageError(`no instance runs on \`${folder.path}\`; start one, or give its --port`, 'tidegate up')
    const account = flags.account ?? status?.accounts[0]?.id ?? '111122223333'
    const region = flags.region ?? 'us-east-1'
    const lines = {
      AWS_ENDPOINT_URL: url,
      // Terraform's web identity asks AWS itself where this one is missing.
      AWS_ENDPOINT_URL_STS: url,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      ...credentials(folder.rootKey(account), (line) => io.note(line)),
    }
    if (flags.json) await io.write(`${JSON.stringify(lines)}\n`)
    else await io.write(`${exportLines(lines)}unset AWS_SESSION_TOKEN AWS_PROFILE\n`)
    return 0
  },
})

/** Nothing for whoever may not read the file. */
function credentials(file: string, note: (line: string) => void): Record<string, string> {
  try {
    const { accessKeyId, secretAccessKey } = readRootKey(file)
    return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  } catch {
    note(`the root key in \`${file}\` is not there or not yours to read: use credentials of your own`)
    return {}
  }
}
