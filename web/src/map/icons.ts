/** The signs of availability as pictures for the map: the shapes of the list, with a rim that keeps them apart. */

import type { Map as Maplibre } from 'maplibre-gl';
import { AVAILABILITIES } from '../core/search';
import { SHAPES } from '../results/symbol';
import type { Palette } from './palette';

const SIZE = 20;
const RATIO = 2;

export function putIcons(map: Maplibre, palette: Palette): void {
  for (const one of AVAILABILITIES) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = SIZE * RATIO;
    const context = canvas.getContext('2d');
    if (!context) return;
    context.scale(RATIO, RATIO);
    context.translate(2, 2);
    const { path, filled } = SHAPES[one];
    const shape = new Path2D(path);
    context.lineJoin = 'round';
    context.strokeStyle = palette.paper;
    context.lineWidth = 4;
    context.stroke(shape);
    context.fillStyle = filled ? palette.availability[one] : palette.paper;
    context.fill(shape);
    context.strokeStyle = palette.availability[one];
    context.lineWidth = 2;
    if (!filled) context.stroke(shape);
    const picture = context.getImageData(0, 0, canvas.width, canvas.height);
    if (map.hasImage(one)) map.updateImage(one, picture);
    else map.addImage(one, picture, { pixelRatio: RATIO });
  }
}
