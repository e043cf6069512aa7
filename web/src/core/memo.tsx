/** A component that is drawn again only when its properties, or signals that it reads, change. */

import { Component, type ComponentType, h } from 'preact';

export function memo<P extends object>(Inner: ComponentType<P>): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const keys = Object.keys({ ...this.props, ...next }) as (keyof P)[];
      return keys.some((key) => (this.props as P)[key] !== next[key]);
    }

    override render() {
      return h(Inner, this.props as P);
    }
  };
}
