/**
 * A link inside the portal: an ordinary `<a>` (copy, open in a new tab) that changes page without loading it again.
 * @module
 */
import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { hrefOf, navigate, usePlace } from './location.ts';

interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  /** Path of the page; query and time range are kept. */
  readonly to: string;
  readonly with?: Readonly<Record<string, string | null>>;
}

export function Link({ to, with: changes, onClick, children, ...rest }: LinkProps) {
  const place = usePlace();
  const href = hrefOf(to, changes ?? {}, place);
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(href);
  };
  return <a {...rest} href={href} onClick={follow}>{children}</a>;
}
