// Verifies a compact JWS on standard input with the public JWK of a file, checks
// its header, and prints the payload: node verify.mjs KEY.pub.jwk TYP
import { readFileSync } from 'node:fs'
import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose'

const jwk = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const token = readFileSync(0, 'utf8').trim()
const { payload, protectedHeader } = await compactVerify(token, await importJWK(jwk, 'EdDSA'), { algorithms: ['EdDSA'] })
const want = { alg: 'EdDSA', kid: await calculateJwkThumbprint(jwk, 'sha256'), typ: process.argv[3] }
const got = Object.fromEntries(Object.entries(protectedHeader).sort())
if (JSON.stringify(got) !== JSON.stringify(want)) {
  throw new Error(`the header is ${JSON.stringify(got)}, not ${JSON.stringify(want)}`)
}
process.stdout.write(payload)
