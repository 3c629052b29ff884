import type { Command } from './command.ts'
import { accountCreate } from './commands/account-create.ts'
import { accountLs } from './commands/account-ls.ts'
import { auditExport } from './commands/audit-export.ts'
import { auditGrep } from './commands/audit-grep.ts'
import { auditProve } from './commands/audit-prove.ts'
import { auditTail } from './commands/audit-tail.ts'
import { auditVerify } from './commands/audit-verify.ts'
import { can } from './commands/can.ts'
import { configure } from './commands/configure.ts'
import { credsEnv } from './commands/creds-env.ts'
import { credsProcess } from './commands/creds-process.ts'
import { credsServe } from './commands/creds-serve.ts'
import { ctxAdd } from './commands/ctx-add.ts'
import { ctxLs } from './commands/ctx-ls.ts'
import { ctxUse } from './commands/ctx-use.ts'
import { doctor } from './commands/doctor.ts'
import { ecsDeploy } from './commands/ecs-deploy.ts'
import { ecsDescribe } from './commands/ecs-describe.ts'
import { ecsLs } from './commands/ecs-ls.ts'
import { ecsPs } from './commands/ecs-ps.ts'
import { ecsRestart } from './commands/ecs-restart.ts'
import { ecsRollback } from './commands/ecs-rollback.ts'
import { ecsScale } from './commands/ecs-scale.ts'
import { ecsStop } from './commands/ecs-stop.ts'
import { env } from './commands/env.ts'
import { explain } from './commands/explain.ts'
import { keysRotate } from './commands/keys-rotate.ts'
import { login } from './commands/login.ts'
import { logout } from './commands/logout.ts'
import { logs } from './commands/logs.ts'
import { policyEvaluate } from './commands/policy-evaluate.ts'
import { policyExplain } from './commands/policy-explain.ts'
import { policyValidate } from './commands/policy-validate.ts'
import { run } from './commands/run.ts'
import { s3Scrub } from './commands/s3-scrub.ts'
import { sessionRevoke } from './commands/session-revoke.ts'
import { simulateLaunch } from './commands/simulate-launch.ts'
import { status } from './commands/status.ts'
import { trace } from './commands/trace.ts'
import { up } from './commands/up.ts'
import { userRevoke } from './commands/user-revoke.ts'
import { whatCan } from './commands/what-can.ts'
import { whoCan } from './commands/who-can.ts'
import { whoami } from './commands/whoami.ts'

/** Every command, in the order in which `tidegate --help` lists them. */
export const commands: readonly Command[] = [
  up,
  env,
  status,
  doctor,
  explain,
  can,
  whoCan,
  whatCan,
  simulateLaunch,
  trace,
  login,
  logout,
  whoami,
  ctxLs,
  ctxUse,
  ctxAdd,
  credsProcess,
  credsEnv,
  credsServe,
  run,
  configure,
  accountCreate,
  accountLs,
  keysRotate,
  sessionRevoke,
  userRevoke,
  ecsLs,
  ecsPs,
  ecsDescribe,
  ecsDeploy,
  ecsRestart,
  ecsScale,
  ecsRollback,
  ecsStop,
  logs,
  policyEvaluate,
  policyExplain,
  policyValidate,
  auditTail,
  auditGrep,
  auditVerify,
  auditProve,
  auditExport,
  s3Scrub,
]
