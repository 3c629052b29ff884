/** AWS's words for what a decision is made of. */
export function policyTypeText(type: string): string {
  return policyTypes[type] ?? type
}

export function outcomeText(outcome: string): string {
  return outcomes[outcome] ?? outcome
}

/** AWS's sentence without who, what and on what, where those are clear: `Denied because no identity-based policy allows …`. */
export function shortReason(reason: string): string {
  const [, why] = /is not authorized to perform: .*? (because .*|with an explicit deny .*)$/.exec(reason) ?? []
  return why === undefined ? reason : `Denied ${why}`
}

/** Caps first, in the order in which AWS names them, then what grants: a request must pass one after the other. */
export function evaluationOrder(type: string): number {
  return Object.keys(policyTypes).indexOf(type)
}

const policyTypes: Readonly<Record<string, string>> = {
  scp: 'Service control policy',
  rcp: 'Resource control policy',
  endpoint: 'VPC endpoint policy',
  boundary: 'Permissions boundary',
  session: 'Session policy',
  identity: 'Identity-based policy',
  resource: 'Resource-based policy',
  'session-type': 'Kind of credentials',
}

const outcomes: Readonly<Record<string, string>> = {
  allows: 'allows',
  denies: 'denies',
  'allows-nothing': 'allows nothing',
  'denies-nothing': 'denies nothing',
  'no-say': 'has no say',
  hidden: 'not shown to you',
  absent: 'there is none',
}
