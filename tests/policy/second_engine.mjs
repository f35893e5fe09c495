// Evaluates requests with an IAM simulator that is not ours; test_second_engine.py says how it is installed and called.
// In: {"modules": folder with node_modules, "kind", "documents", "cases": [[action, resource, context], ...]}
// Out: {"findings": problems of the documents, "results": one word for each case}
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const { modules, kind, documents, cases } = JSON.parse(readFileSync(0, 'utf8'))
const require = createRequire(join(modules, 'package.json'))
const { runSimulation } = require('@cloud-copilot/iam-simulate')
const { validateIdentityPolicy, validateServiceControlPolicy } = require('@cloud-copilot/iam-policy')

const validate = kind === 'scp' ? validateServiceControlPolicy : validateIdentityPolicy
const findings = documents.flatMap((document) => validate(document))

const account = '111122223333'
const allow = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const policies = documents.map((policy, number) => ({ name: `p${number}`, policy }))
const results = []
for (const [action, resource, contextVariables] of cases) {
  const response = await runSimulation(
    {
      request: {
        action: `sagemaker:${action}`,
        principal: `arn:aws:iam::${account}:role/r`,
        resource: { accountId: account, resource: `arn:aws:sagemaker:eu-west-1:${account}:${resource}` },
        contextVariables,
      },
      identityPolicies: [{ name: 'allow', policy: allow }, ...(kind === 'scp' ? [] : policies)],
      serviceControlPolicies: kind === 'scp' ? [{ orgIdentifier: 'ou-1', policies: [{ name: 'allow', policy: allow }, ...policies] }] : [],
      resourceControlPolicies: [],
    },
    {},
  )
  results.push(response.resultType === 'error' ? JSON.stringify(response.errors) : response.overallResult)
}
console.log(JSON.stringify({ findings, results }))
