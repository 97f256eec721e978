// Signs standard input with the private JWK of a file, as docs/spec/format.md
// says: node sign.mjs KEY.jwk TYP
import { readFileSync } from 'node:fs'
import { CompactSign, calculateJwkThumbprint, importJWK } from 'jose'

const jwk = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const kid = await calculateJwkThumbprint(jwk, 'sha256')
const token = await new CompactSign(readFileSync(0))
  .setProtectedHeader({ alg: 'EdDSA', typ: process.argv[3], kid })
  .sign(await importJWK(jwk, 'EdDSA'))
process.stdout.write(token)
