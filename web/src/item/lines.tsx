/** Labels with their values. */

import type { Line } from './facts';

export function Lines({ lines }: { lines: readonly Line[] }) {
  return (
    <dl class="lines">
      {lines.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd><bdi>{value}</bdi></dd>
        </div>
      ))}
    </dl>
  );
}
