import { describe, expect, it } from 'vitest';
import { type Area, bboxArea, bboxOf, bounds, decode, encode, MOST_POSITIONS, normalised, type Shape, shapeOfArea } from '../src/core/area';

const SQUARE: Shape = { type: 'Polygon', coordinates: [[[-52.5, 4.7], [-52.1, 4.7], [-52.1, 5.1], [-52.5, 5.1], [-52.5, 4.7]]] }; // prettier-ignore
const HOLED: Shape = {
  type: 'MultiPolygon',
  coordinates: [
    [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], [[1, 1], [2, 1], [2, 2], [1, 1]]],
    [[[-179.99999, -10], [-178, -10], [-178, -9], [-179.99999, -10]]],
  ], // prettier-ignore
};

function circle(corners: number): Shape {
  const ring = Array.from({ length: corners }, (_, i) => [
    2 + Math.cos((2 * Math.PI * i) / corners),
    45 + Math.sin((2 * Math.PI * i) / corners),
  ]);
  return { type: 'Polygon', coordinates: [[...ring, ring[0] as number[]]] };
}

describe('an area in an address', () => {
  it('comes back as it went', () => {
    for (const shape of [SQUARE, HOLED]) expect(decode(encode(shape))).toEqual(shape);
  });

  it('needs no escaping', () => {
    const text = encode(HOLED);
    expect(new URLSearchParams({ area: text }).toString()).toBe(`area=${text}`);
  });

  it.each(['', '.', '*', 'A', 'AAAA', '€€€€€€', '__________', '"><script>', 'A'.repeat(70_000), '-_-_-_'])(
    'is nothing where it is wrong: %.20s',
    (text) => {
      expect(decode(text)).toBeNull();
    },
  );

  it('is nothing beyond the world', () => {
    expect(decode(encode({ type: 'Polygon', coordinates: [[[0, 0], [190, 0], [0, 10], [0, 0]]] }))).toBeNull(); // prettier-ignore
  });
});

describe('a box', () => {
  it('may cross the antimeridian', () => {
    const area = bboxArea([170, -20, -170, -10]);
    expect(area).toEqual({ kind: 'bbox', bbox: [170, -20, -170, -10] });
    expect(shapeOfArea(area as Area)).toMatchObject({ type: 'MultiPolygon' });
  });

  it.each([[[1, 2, 3]], [[1, 5, 3, 4]], [[NaN, 1, 2, 3]], [[-181, 0, 1, 1]], [[1, 0, 1, 1]], [[0, 0, 1, 91]], [[]], [[0, 0, 1, 1, 1]]])(
    '%j is none',
    (values) => {
      expect(bboxArea(values)).toBeNull();
    },
  );
});

describe('an area that is searched', () => {
  it('is thinned out until an address can hold it, and stays closed', () => {
    const area = normalised({ kind: 'polygon', geometry: circle(20_000), name: ' x '.repeat(200) });
    expect(area?.kind).toBe('polygon');
    const ring = (area as { geometry: { coordinates: number[][][] } }).geometry.coordinates[0] as number[][];
    expect(ring.length).toBeLessThanOrEqual(MOST_POSITIONS);
    expect(ring.length).toBeGreaterThan(20);
    expect(ring[0]).toEqual(ring.at(-1));
    expect((area as { name: string }).name.length).toBeLessThanOrEqual(120);
  });

  it('is the same after it has been in an address', () => {
    const area = normalised({ kind: 'polygon', geometry: circle(3000) }) as Area & { kind: 'polygon' };
    expect(normalised({ kind: 'polygon', geometry: decode(encode(area.geometry)) as Shape })).toEqual(area);
  });

  it('is nothing without a surface', () => {
    expect(normalised({ kind: 'polygon', geometry: { type: 'Polygon', coordinates: [] } })).toBeNull();
    expect(normalised({ kind: 'polygon', geometry: { type: 'Polygon', coordinates: [[[1, 1], [1, 1], [1, 1], [1, 1]]] } })).toBeNull(); // prettier-ignore
    expect(normalised({ kind: 'polygon', geometry: { type: 'Polygon', coordinates: [[[1, 1], [500, 1], [1, 2], [1, 1]]] } })).toBeNull(); // prettier-ignore
  });

  it('has a box around it', () => {
    expect(bboxOf({ kind: 'polygon', geometry: SQUARE })).toEqual([-52.5, 4.7, -52.1, 5.1]);
    expect(bounds(HOLED.coordinates)).toEqual([-179.99999, -10, 4, 4]);
  });
});
