import type { ListedCommand } from './command.ts'

/** Every command, in the order in which `tidegate --help` lists them. The file of one is loaded when it is the one that was typed. */
export const commands: readonly ListedCommand[] = [
  {
    name: 'up',
    summary: 'runs an instance: the door, its services and its audit log',
    load: async () => (await import('./commands/up.ts')).up,
  },
  {
    name: 'env',
    summary: 'prints shell lines that point AWS clients at the instance',
    load: async () => (await import('./commands/env.ts')).env,
  },
  {
    name: 'status',
    summary: 'tells whether the instance runs, and where; or who is signed in',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'doctor',
    summary: 'checks an instance, and tells for each fault the one command that mends it',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'explain',
    summary: 'tells why a request was allowed or denied, and what would have to be true',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    name: 'can',
    summary: 'tells whether somebody may do something, without doing it',
    load: async () => (await import('./commands/can.ts')).can,
  },
  {
    name: 'who-can',
    summary: 'lists who may do something: users, roles, the root, whom the resource names',
    load: async () => (await import('./commands/who-can.ts')).whoCan,
  },
  {
    name: 'what-can',
    summary: 'lists what somebody may do, and on what',
    load: async () => (await import('./commands/what-can.ts')).whatCan,
  },
  {
    name: 'simulate launch',
    summary: 'climbs a launch without starting anything, and tells which rung breaks',
    load: async () => (await import('./commands/simulate-launch.ts')).simulateLaunch,
  },
  {
    name: 'trace',
    summary: 'tells because of whom something happened, with the records that show it',
    load: async () => (await import('./commands/trace.ts')).trace,
  },
  {
    name: 'login',
    summary: 'signs in at the identity provider of an instance, where that is needed',
    load: async () => (await import('./commands/login.ts')).login,
  },
  {
    name: 'logout',
    summary: 'forgets the sign-in of a context on this machine',
    load: async () => (await import('./commands/logout.ts')).logout,
  },
  {
    name: 'whoami',
    summary: 'tells who is signed in and which roles that gives, or who is behind credentials',
    load: async () => (await import('./commands/whoami.ts')).whoami,
  },
  {
    name: 'ctx ls',
    summary: 'lists the contexts: instances to work with, the current one marked',
    load: async () => (await import('./commands/ctx-ls.ts')).ctxLs,
  },
  {
    name: 'ctx use',
    summary: 'makes a context the current one',
    load: async () => (await import('./commands/ctx-use.ts')).ctxUse,
  },
  {
    name: 'ctx add',
    summary: 'names an instance, and makes it the current context where there is none',
    load: async () => (await import('./commands/ctx-add.ts')).ctxAdd,
  },
  {
    name: 'creds process',
    summary: 'prints credentials of a role for `credential_process` of an AWS profile',
    load: async () => (await import('./commands/creds-process.ts')).credsProcess,
  },
  {
    name: 'creds env',
    summary: 'prints shell lines with credentials of a role and the address of the instance',
    load: async () => (await import('./commands/creds-env.ts')).credsEnv,
  },
  {
    name: 'creds serve',
    summary: 'serves credentials of a role to programs of this machine, always renewed',
    load: async () => (await import('./commands/creds-serve.ts')).credsServe,
  },
  {
    name: 'run',
    summary: 'runs a program in a role, with credentials that are renewed as long as it runs',
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'configure',
    summary: 'writes an AWS profile for each role of who is signed in',
    load: async () => (await import('./commands/configure.ts')).configure,
  },
  {
    name: 'account create',
    summary: 'makes an account in the running instance, with a key for its root user',
    load: async () => (await import('./commands/account-create.ts')).accountCreate,
  },
  {
    name: 'account ls',
    summary: 'lists the accounts of the running instance',
    load: async () => (await import('./commands/account-ls.ts')).accountLs,
  },
  {
    name: 'keys rotate',
    summary: 'adds a generation to the key ring, which seals from now on',
    load: async () => (await import('./commands/keys-rotate.ts')).keysRotate,
  },
  {
    name: 'session revoke',
    summary: 'ends sessions that were issued until now, within a second',
    load: async () => (await import('./commands/session-revoke.ts')).sessionRevoke,
  },
  {
    name: 'user revoke',
    summary: 'cuts a person off within a second, and prints what was cut',
    load: async () => (await import('./commands/user-revoke.ts')).userRevoke,
  },
  {
    name: 'ecs ls',
    summary: 'lists the services of a cluster, or of all clusters',
    load: async () => (await import('./commands/ecs-ls.ts')).ecsLs,
  },
  {
    name: 'ecs ps',
    summary: 'lists the tasks of a service or of a whole cluster',
    load: async () => (await import('./commands/ecs-ps.ts')).ecsPs,
  },
  {
    name: 'ecs describe',
    summary: 'shows a service: its roles, images, deployments, tasks and newest events',
    load: async () => (await import('./commands/ecs-describe.ts')).ecsDescribe,
  },
  {
    name: 'ecs deploy',
    summary: 'rolls out another image or task definition and waits for it',
    load: async () => (await import('./commands/ecs-deploy.ts')).ecsDeploy,
  },
  {
    name: 'ecs restart',
    summary: 'replaces the tasks of a service by new ones of the same task definition',
    load: async () => (await import('./commands/ecs-restart.ts')).ecsRestart,
  },
  {
    name: 'ecs scale',
    summary: 'sets how many tasks of a service are to run',
    load: async () => (await import('./commands/ecs-scale.ts')).ecsScale,
  },
  {
    name: 'ecs rollback',
    summary: 'takes a service back to what it ran before',
    load: async () => (await import('./commands/ecs-rollback.ts')).ecsRollback,
  },
  {
    name: 'ecs stop',
    summary: 'stops a task; a service that wants it starts another',
    load: async () => (await import('./commands/ecs-stop.ts')).ecsStop,
  },
  {
    name: 'logs',
    summary: 'prints what the containers of a service wrote, also of one person alone',
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  {
    name: 'policy evaluate',
    summary: 'decides requests by the policies that come with them, a line each',
    load: async () => (await import('./commands/policy-evaluate.ts')).policyEvaluate,
  },
  {
    name: 'policy explain',
    summary: 'tells for each request why it is allowed or denied, as a tree for people',
    load: async () => (await import('./commands/policy-explain.ts')).policyExplain,
  },
  {
    name: 'policy validate',
    summary: "says what AWS would refuse in a policy document, in AWS's words",
    load: async () => (await import('./commands/policy-validate.ts')).policyValidate,
  },
  {
    name: 'audit tail',
    summary: 'prints the newest audit records, the newest last',
    load: async () => (await import('./commands/audit-tail.ts')).auditTail,
  },
  {
    name: 'audit grep',
    summary: 'finds audit records by person, operation, resource, error and time',
    load: async () => (await import('./commands/audit-grep.ts')).auditGrep,
  },
  {
    name: 'audit verify',
    summary: 'checks an audit log, or the proof of one event, against a key that you kept',
    load: async () => (await import('./commands/audit-verify.ts')).auditVerify,
  },
  {
    name: 'audit prove',
    summary: 'prints a proof that the log has an event, for someone who has only the public key',
    load: async () => (await import('./commands/audit-prove.ts')).auditProve,
  },
  {
    name: 'audit export',
    summary: 'prints audit records, oldest first, in a format that other tools read',
    load: async () => (await import('./commands/audit-export.ts')).auditExport,
  },
  {
    name: 's3 scrub',
    summary: "reads all bytes of S3's objects and tells which are not what was written",
    load: async () => (await import('./commands/s3-scrub.ts')).s3Scrub,
  },
]
