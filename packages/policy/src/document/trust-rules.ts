/** Role trust policies: they say who may assume the role they belong to, and nothing else. */
import type { Findings } from './faults.ts'
import type { Outline } from './outline.ts'

export function checkTrustRules({ statements }: Outline, findings: Findings): void {
  for (const { action, resource } of statements) {
    if (action?.not === true) findings.add('action-not-sts', action.start, 'list the actions with Action')
    else {
      for (const { value, start } of action?.values ?? [])
        if (!trustAction.test(value))
          findings.add('action-not-sts', start, 'a trust policy is about sts:AssumeRole and the actions that go with it')
    }
    if (resource !== undefined) {
      const fault = resource.not ? 'not-resource-forbidden' : 'resource-forbidden'
      findings.add(fault, resource.start, 'the resource of a trust policy is the role it belongs to: remove the element')
    }
  }
}

const trustAction = /^sts:(AssumeRole[^:]*|TagSession|SetSourceIdentity|SetContext)$/i
