// Makes the files of this folder as Keygen's server does, by OpenSSL, with keys
// that are forgotten afterwards: `node make.mjs`. See README.md.
import crypto from 'node:crypto'
import fs from 'node:fs'

const licenseKey = 'AAAAAA-BBBBBB-CCCCCC-DDDDDD-V3'
const payload = JSON.stringify({
  data: {
    id: 'lic-1', type: 'licenses',
    attributes: { name: 'Example Ltd', key: licenseKey, expiry: '2027-01-01T00:00:00.000Z', suspended: false, maxMachines: 3, maxUsers: 5 },
  },
  included: [{ id: 'e1', type: 'entitlements', attributes: { name: 'Feature A', code: 'FEATURE_A' } }],
  meta: { issued: '2026-03-01T12:00:00.250Z', expiry: '2026-04-01T12:00:00.250Z', ttl: 2678400 },
})

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_MAX_SIGN } = crypto.constants
const keys = {
  rsa: crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ecdsa: crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }),
}
const schemes = {
  'rsa-sha256': { key: keys.rsa.privateKey, padding: RSA_PKCS1_PADDING },
  'rsa-pss-sha256': { key: keys.rsa.privateKey, padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_MAX_SIGN },
  'ecdsa-p256': { key: keys.ecdsa.privateKey },
}

const encodings = {
  base64: () => Buffer.from(payload).toString('base64'),
  'aes-256-gcm': () => {
    const iv = crypto.randomBytes(12)
    const cipher = crypto.createCipheriv('aes-256-gcm', crypto.createHash('sha256').update(licenseKey).digest(), iv)
    const ciphertext = Buffer.concat([cipher.update(payload), cipher.final()])
    return [ciphertext, iv, cipher.getAuthTag()].map((part) => part.toString('base64')).join('.')
  },
}

function file(name, alg, enc, options) {
  const sig = crypto.sign('sha256', Buffer.from('license/' + enc), options).toString('base64')
  const lines = Buffer.from(JSON.stringify({ enc, sig, alg })).toString('base64').match(/.{1,60}/g)
  fs.writeFileSync(name + '.lic', ['-----BEGIN LICENSE FILE-----', ...lines, '-----END LICENSE FILE-----', ''].join('\n'))
}

for (const [kind, { publicKey }] of Object.entries(keys)) {
  fs.writeFileSync(kind + '.pub.pem', publicKey.export({ type: 'spki', format: 'pem' }))
}
for (const [encoding, encode] of Object.entries(encodings)) {
  for (const [scheme, options] of Object.entries(schemes)) {
    file(`${encoding}+${scheme}`, `${encoding}+${scheme}`, encode(), options)
  }
}
// What is signed in another way than Keygen's.
file('short-salt', 'base64+rsa-pss-sha256', encodings.base64(), { ...schemes['rsa-pss-sha256'], saltLength: 32 })
file('not-asn1', 'base64+ecdsa-p256', encodings.base64(), { ...schemes['ecdsa-p256'], dsaEncoding: 'ieee-p1363' })
