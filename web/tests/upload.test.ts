import { describe, expect, it } from 'vitest';
import { MOST_POSITIONS } from '../src/core/area';
import { areaOf, geometriesOf, MOST_BYTES, readUpload, type UploadError } from '../src/filters/upload';
import { type Packed, shapefile, zip } from './archives';

const SQUARE = { type: 'Polygon', coordinates: [[[1, 43], [2, 43], [2, 44], [1, 44], [1, 43]]] };
const CLOCKWISE: [number, number][] = [[1, 43], [1, 44], [2, 44], [2, 43], [1, 43]];
const LAMBERT_93 =
  'PROJCS["RGF93_Lambert_93",GEOGCS["GCS_RGF_1993",DATUM["D_RGF_1993",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",700000.0],PARAMETER["False_Northing",6600000.0],PARAMETER["Central_Meridian",3.0],PARAMETER["Standard_Parallel_1",49.0],PARAMETER["Standard_Parallel_2",44.0],PARAMETER["Latitude_Of_Origin",46.5],UNIT["Meter",1.0]]';

const bytes = (text: string) => new TextEncoder().encode(text);
const file = (content: string | Uint8Array<ArrayBuffer>, name = 'zone.geojson') => new File([content], name);
const zipped = async (files: Packed[], name = 'zone.zip') => file(await zip(files), name);
const json = (value: unknown) => file(JSON.stringify(value));
const faultOf = (upload: Promise<unknown>) => upload.then(() => 'none', (error: UploadError) => error.fault);

/** A ring of many positions. */
function circle(count: number, [x, y]: [number, number] = [2, 45], radius = 1): number[][] {
  const ring = Array.from({ length: count }, (_, i) => [x + radius * Math.cos((2 * Math.PI * i) / count), y + radius * Math.sin((2 * Math.PI * i) / count)]);
  return [...ring, ring[0] as number[]];
}

describe('a file with an area', () => {
  it.each([
    ['a geometry', SQUARE],
    ['a feature', { type: 'Feature', geometry: SQUARE, properties: null }],
    ['a collection of features', { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: SQUARE }] }],
    ['a collection of geometries', { type: 'GeometryCollection', geometries: [SQUARE] }],
  ])('may be %s', async (_, value) => {
    const upload = await readUpload(json(value));
    expect(upload).toEqual({ area: { kind: 'polygon', geometry: SQUARE, name: 'zone' }, form: 'whole', polygons: 1, skipped: 0 });
  });

  it('says what has no surface and was left out', async () => {
    const point = { type: 'Point', coordinates: [1, 43] };
    expect(await readUpload(json({ type: 'FeatureCollection', features: [{ geometry: SQUARE }, { geometry: point }, null, { geometry: null }] }))).toMatchObject({
      polygons: 1,
      skipped: 3,
    });
  });

  it('with too many positions is thinned out, and says so', async () => {
    const upload = await readUpload(json({ type: 'Polygon', coordinates: [circle(20_000)] }));
    expect(upload.form).toBe('thinned');
    expect(JSON.stringify(upload.area).split('],[').length).toBeLessThanOrEqual(MOST_POSITIONS);
  });

  it('with too many surfaces is the outline around all of them, and says so', () => {
    const many = Array.from({ length: 900 }, (_, i) => ({ type: 'Polygon', coordinates: [circle(8, [i / 100, 45], 0.001)] }));
    const upload = areaOf(many, '');
    expect(upload.form).toBe('hull');
    expect(upload.area).toMatchObject({ kind: 'polygon', geometry: { type: 'Polygon' } });
  });
});

describe('a zipped shapefile', () => {
  it('is read in degrees', async () => {
    const upload = await readUpload(await zipped([{ name: 'a/b.shp', data: shapefile(CLOCKWISE) }], 'b.zip'));
    expect(upload.area).toMatchObject({ name: 'b', geometry: { type: 'Polygon' } });
  });

  it('in another projection is read by its .prj', async () => {
    const corners: [number, number][] = [[570_000, 6_270_000], [570_000, 6_280_000], [580_000, 6_280_000], [580_000, 6_270_000], [570_000, 6_270_000]];
    const { area } = await readUpload(await zipped([{ name: 'B.SHP', data: shapefile(corners) }, { name: 'B.prj', data: bytes(LAMBERT_93) }]));
    const [[[lon, lat] = []] = []] = area.kind === 'polygon' && area.geometry.type === 'Polygon' ? area.geometry.coordinates : [];
    expect(lon).toBeCloseTo(1.4, 1);
    expect(lat).toBeCloseTo(43.5, 1);
  });

  it('in another projection without its .prj is refused, in words about degrees', async () => {
    const corners: [number, number][] = [[570_000, 6_270_000], [570_000, 6_280_000], [580_000, 6_280_000], [570_000, 6_270_000]];
    expect(await faultOf(readUpload(await zipped([{ name: 'b.shp', data: shapefile(corners) }])))).toBe('outside');
  });
});

describe('a file that is wrong, or means harm, is refused in words of its own', () => {
  const shp = (data: Uint8Array<ArrayBuffer>): Packed[] => [{ name: 'a.shp', data }];
  it.each<[string, string, File | Promise<File>]>([
    ['size', 'too large', file(new Uint8Array(MOST_BYTES + 1))],
    ['empty', 'empty', file('')],
    ['kind', 'a picture', file(new Uint8Array([0xff, 0xd8, 0xff, 0]))],
    ['kind', 'a zip without anything to read', zipped([{ name: 'a.txt', data: bytes('x') }])],
    ['json', 'no JSON', file('{"type": "Polygon"')],
    ['json', 'no GeoJSON', json([1, 2])],
    ['json', 'a hundred thousand brackets', file('['.repeat(100_000))],
    ['polygons', 'without surfaces', json({ type: 'LineString', coordinates: [[1, 2], [3, 4]] })],
    ['polygons', 'features that are no list', json({ type: 'FeatureCollection', features: 7 })],
    ['polygons', 'rings that are none', json({ type: 'Polygon', coordinates: [[1, 2, 3]] })],
    ['polygons', 'numbers that are texts', json({ type: 'Polygon', coordinates: [[['1', '2'], ['1', '2'], ['1', '2'], ['1', '2']]] })],
    ['polygons', 'a point four times', json({ type: 'Polygon', coordinates: [[[1, 2], [1, 2], [1, 2], [1, 2]]] })],
    ['outside', 'metres', json({ type: 'Polygon', coordinates: [circle(8, [600_000, 6_200_000])] })],
    ['xml', 'entities', file('<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaa">]><kml>&a;</kml>')],
    ['xml', 'a tag that is not closed', file('<kml><Polygon>')],
    ['xml', 'a hundred thousand folders in one another', file(`<kml>${'<Folder>'.repeat(100_000)}${'</Folder>'.repeat(100_000)}</kml>`)],
    ['zip', 'half a zip', zip(shp(shapefile(CLOCKWISE))).then((whole) => file(whole.slice(0, 60)))],
    ['zip', 'a zip whose sizes are wrong', zipped([{ name: 'a.shp', data: shapefile(CLOCKWISE), claimed: 4_000_000_000 }])],
    ['locked', 'a zip with a password', zipped([{ name: 'a.shp', data: shapefile(CLOCKWISE), flags: 1 }])],
    ['bomb', 'a zip that unpacks to 80 MB', zipped(shp(new Uint8Array(80_000_000)))],
    ['bomb', 'one that says it is small', zipped([{ name: 'a.shp', data: new Uint8Array(80_000_000), size: 100 }])],
    ['shapefile', 'no shapefile', zipped(shp(bytes('nothing of the kind')))],
    ['shapefile', 'rings that go back to be read again and again', zipped(shp(shapefile(CLOCKWISE, [0, 4, 0, 4, 0, 4])))],
  ])('%s: %s', async (fault, _, given) => {
    expect(await faultOf(readUpload(await given))).toBe(fault);
  });

  it('nested collections end', async () => {
    let value: unknown = SQUARE;
    for (let i = 0; i < 2000; i++) value = { type: 'GeometryCollection', geometries: [value] };
    expect(await faultOf(readUpload(json(value)))).toBe('polygons');
  });

  it('what a file holds besides its geometry is not looked at', async () => {
    const [found] = await geometriesOf(bytes(JSON.stringify({ type: 'Feature', geometry: SQUARE, properties: { name: '<script>alert(1)</script>' }, __proto__: 1 })));
    expect(found).toEqual(SQUARE);
  });
});
