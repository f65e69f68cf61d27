/**
 * The few signs that are not words; each stands beside or within a control that has a name.
 * @module
 */
const PATHS = {
  table: 'M2 3h12v10H2zM2 6.500h12M2 10h12M6.500 3v10',
  chart: 'M2 13V3M2 13h12M4 10l3-3 2 2 4-5',
  flame: 'M8.400 1c.5 2.200-.4 3.300-1.500 4.600C5.800 6.900 4.600 8.100 4.600 10a3.500 3.500 0 0 0 7 .1c0-1.500-.6-2.600-1.200-3.500-.2.7-.5 1.200-1.100 1.500.3-2.500-.1-5.100-.9-7.100z',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  menu: 'M2 4h12M2 8h12M2 12h12',
} as const;

export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg className="icon" data-icon={name} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill={name === 'flame' ? 'currentColor' : 'none'} stroke={name === 'flame' ? 'none' : 'currentColor'} strokeWidth={name === 'more' ? 2.5 : 1.25} strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

/** Flame over a line: the beacon on its ridge. */
export function Brand() {
  return (
    <svg className="brand-sign" viewBox="0 0 18 20" width="18" height="20" aria-hidden="true" focusable="false">
      <path fill="var(--ember)" d="M9.800.6c.6 2.700-.5 4.100-1.900 5.700C6.500 8 5 9.500 5 11.900A4.400 4.400 0 0 0 13.800 12c0-1.900-.8-3.200-1.500-4.400-.2.9-.6 1.500-1.400 1.900.4-3.200-.1-6.500-1.100-8.900z" />
      <path fill="currentColor" d="M1 18h16v1.500H1z" />
    </svg>
  );
}
