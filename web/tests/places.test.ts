import { merge } from 'topojson-client';
import { describe, expect, it } from 'vitest';
import { bboxOf, MOST_POSITIONS } from '../src/core/area';
import communesData from '../src/filters/data/communes.json';
import outlinesData from '../src/filters/data/outlines.json';
import { type Commune, createFinder, fold, type Outlines } from '../src/filters/places';

const communes = communesData.communes as unknown as Commune[];
const outlines = outlinesData as unknown as Outlines;
const find = createFinder(outlines, communes, merge as never);
const named = (text: string) => find(text).map(({ kind, name, code }) => `${kind} ${name} ${code}`);

describe('a place by its name', () => {
  it.each([
    ['cayenne', 'commune Cayenne 973'],
    ['GUYANE', 'territory Guyane 973'],
    ['herault', 'department Hérault 34'],
    ['Val d Oise', 'department Val-d\'Oise 95'],
    ['33', 'department Gironde 33'],
    ['occit', 'region Occitanie 76'],
    ['st etienne', 'commune Saint-Étienne 42'],
    ['nouméa', 'commune Nouméa 988'],
    ['polynesie', 'territory Polynésie française 987'],
    ['corse', 'region Corse 94'],
    ['paris', 'department Paris 75'],
  ])('%s is found first', (text, place) => expect(named(text)[0]).toBe(place));

  it('is found by a later word too, the largest town first', () => {
    expect(named('havre')[0]).toBe('commune Le Havre 76');
    expect(find('saint').every(({ kind }) => kind !== 'region')).toBe(true);
  });

  it.each(['', '  ', '<script>', '()*[', 'x'.repeat(10_000), '\u202e'])('%j finds nothing, harmlessly', (text) => expect(find(text)).toEqual([]));

  it('does not tell case, accents, hyphens and apostrophes apart', () => {
    expect(fold("L’ÎLE-d'Œuvre")).toBe('l ile d oeuvre');
  });

  it('is looked for quickly', () => {
    const start = performance.now();
    for (const text of ['p', 'pa', 'par', 'sai', 'st', 'e', 'mont', 'x', 'la', 'zz']) find(text);
    expect((performance.now() - start) / 10).toBeLessThan(60);
  });
});

describe('where a place is', () => {
  it.each([
    ['Occitanie', [-0.4, 42.3, 4.9, 45.1]],
    ['Haute-Garonne', [0.4, 42.6, 2.1, 44]],
    ['La Réunion', [55.2, -21.4, 55.9, -20.8]],
    ['Guyane', [-54.7, 2.1, -51.6, 5.8]],
    ['Martinique', [-61.3, 14.3, -60.8, 14.9]],
  ])('%s lies within %j, in few positions', (name, [west = 0, south = 0, east = 0, north = 0]) => {
    const area = find(name)[0]?.area(5);
    if (!area) throw new Error('no area');
    const [w, s, e, n] = bboxOf(area);
    expect(w).toBeGreaterThan(west);
    expect(s).toBeGreaterThan(south);
    expect(e).toBeLessThan(east);
    expect(n).toBeLessThan(north);
    expect(JSON.stringify(area).split('],[').length).toBeLessThanOrEqual(MOST_POSITIONS + 20);
  });

  it('of a commune is a circle around its town, as large as asked', () => {
    const area = find('Toulouse')[0]?.area(10);
    if (!area) throw new Error('no area');
    const [west, south, east, north] = bboxOf(area);
    expect((north - south) * 111.195).toBeCloseTo(20, 0);
    expect((east - west) * 111.195 * Math.cos((43.6 * Math.PI) / 180)).toBeCloseTo(20, 0);
    expect(area).toMatchObject({ kind: 'polygon', name: 'Toulouse (31), 10 km' });
  });

  it('is known of every département, region and territory, and of most communes with more than 500 people', () => {
    expect(new Set(outlines.objects.places.geometries.map((one) => (one.properties as { c: string }).c)).size).toBe(109);
    expect(communes.length).toBeGreaterThan(14_000);
    expect(communes.every(([name, code, lon, lat]) => name && /^(\d\d|2[AB]|9[78]\d)$/.test(code) && Math.abs(lon) <= 180 && Math.abs(lat) <= 90)).toBe(true);
  });
});
