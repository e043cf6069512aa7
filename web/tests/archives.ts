/** Zips and shapefiles for tests, made byte by byte. */

export interface Packed {
  name: string;
  data: Uint8Array<ArrayBuffer>;
  /** How many bytes the directory says it has when packed, and when unpacked. */
  claimed?: number;
  size?: number;
  flags?: number;
}

export async function zip(files: readonly Packed[]): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, data, claimed, size: told, flags = 0 } of files) {
    const packed = await deflated(data);
    const title = new TextEncoder().encode(name);
    const sizes = [claimed ?? packed.length, told ?? data.length];
    const local = header(0x04034b50, 30, [[6, 2, flags], [8, 2, 8], [18, 4, sizes[0] as number], [22, 4, sizes[1] as number], [26, 2, title.length]]);
    directory.push(header(0x02014b50, 46, [[8, 2, flags], [10, 2, 8], [20, 4, sizes[0] as number], [24, 4, sizes[1] as number], [28, 2, title.length], [42, 4, at]]), title);
    parts.push(local, title, packed);
    at += local.length + title.length + packed.length;
  }
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  const end = header(0x06054b50, 22, [[8, 2, files.length], [10, 2, files.length], [12, 4, size], [16, 4, at]]);
  return joined([...parts, ...directory, end]);
}

async function deflated(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function header(signature: number, length: number, fields: [at: number, bytes: number, value: number][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(length));
  view.setUint32(0, signature, true);
  for (const [at, bytes, value] of fields) bytes === 2 ? view.setUint16(at, value, true) : view.setUint32(at, value, true);
  return new Uint8Array(view.buffer);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A shapefile of one polygon; `parts` where each of its rings begins. */
export function shapefile(points: readonly [number, number][], parts: readonly number[] = [0]): Uint8Array<ArrayBuffer> {
  const content = 44 + 4 * parts.length + 16 * points.length;
  const view = new DataView(new ArrayBuffer(108 + content));
  view.setInt32(0, 9994);
  view.setInt32(24, view.byteLength / 2);
  view.setInt32(28, 1000, true);
  view.setInt32(32, 5, true);
  view.setInt32(100, 1);
  view.setInt32(104, content / 2);
  view.setInt32(108, 5, true);
  view.setInt32(144, parts.length, true);
  view.setInt32(148, points.length, true);
  parts.forEach((first, i) => view.setInt32(152 + 4 * i, first, true));
  points.forEach(([x, y], i) => {
    view.setFloat64(152 + 4 * parts.length + 16 * i, x, true);
    view.setFloat64(160 + 4 * parts.length + 16 * i, y, true);
  });
  return new Uint8Array(view.buffer);
}
