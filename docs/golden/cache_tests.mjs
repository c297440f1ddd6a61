// Runs http-cache-tests (BSD, https://cache-tests.fyi) against a gateway in front of port 8000, and judges the outcome:
//
//   npm pack http-cache-tests@0.4.5 && tar xzf http-cache-tests-0.4.5.tgz && (cd package && npm install --omit=dev)
//   cargo run -p netopt-http --example caching_gateway -- 127.0.0.1:8001 http://127.0.0.1:8000 &
//   node --no-warnings docs/golden/cache_tests.mjs package http://127.0.0.1:8001
//
// It ends with 1 if a required test fails that is not in docs/cache.md with its reason, or one that is there passes.
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'

const [suite, base, only] = process.argv.slice(2)
const from = path => import(pathToFileURL(resolve(suite, path)))

// Required tests that fail, by reason; docs/cache.md tells the reasons.
const KNOWN = {
  'a private cache ignores s-maxage and keeps what is private': [
    'freshness-s-maxage-shared',
    'cc-resp-private-shared'
  ],
  'RFC 9111 section 5.1: a broken Age is ignored, of several the first counts': [
    'age-parse-nonnumeric',
    'age-parse-negative',
    'age-parse-float',
    'age-parse-prefix-twoline',
    'age-parse-dup-0',
    'age-parse-dup-0-twoline',
    'age-parse-dup-old',
    'age-parse-parameter',
    'age-parse-numeric-parameter'
  ],
  'a 304 with another entity tag is not believed, and the whole is asked for': [
    '304-etag-update-response-ETag'
  ]
}

process.env.npm_config_protocol = 'http'
process.env.npm_config_port = '8000'
process.env.npm_config_pidfile = '/dev/null'
await from('server/server.mjs')
const { runTests, getResults } = await from('client/runner.mjs')
const { default: fetch } = await from('node_modules/node-fetch/lib/index.mjs')
const { default: suites } = await from('tests/index.mjs')
if (only) {
  for (const one of suites) one.tests = one.tests.filter(test => test.id === only)
  for (const one of suites) for (const test of one.tests) test.dump = true
}
await runTests(suites, fetch, false, base)
const results = getResults()

const known = new Set(Object.values(KNOWN).flat())
const counts = {}
const surprises = []
for (const { tests } of suites) {
  for (const test of tests) {
    const result = results[test.id]
    if (result === undefined) continue
    const kind = test.kind || 'required'
    const missing = (test.depends_on || []).filter(id => results[id] !== true)
    const outcome = result === true ? 'passed' : missing.length > 0 ? 'no basis' : 'failed'
    counts[kind] = counts[kind] || {}
    counts[kind][outcome] = (counts[kind][outcome] || 0) + 1
    if (kind !== 'check' && outcome !== 'passed') {
      console.log(`${kind} ${outcome}: ${test.id}: ${result[1]} ${missing.join(', ')}`)
    }
    if (kind === 'required' && (outcome === 'failed') !== known.has(test.id)) surprises.push(test.id)
  }
}
console.log(JSON.stringify(counts))
console.log(surprises.length > 0 ? `not as docs/cache.md says: ${surprises.join(', ')}` : 'as docs/cache.md says')
process.exit(surprises.length > 0 && !only ? 1 : 0)
