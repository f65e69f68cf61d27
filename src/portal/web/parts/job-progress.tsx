/**
 * How far a job is: a bar with its share where the total is known, a count where it is not.
 * @module
 */
import { useWords } from '../i18n/language.tsx';

interface JobProgressProps { readonly done: number; readonly total: number | null; readonly label: string; readonly running: boolean }

export function JobProgress({ done, total, label, running }: JobProgressProps) {
  const { f } = useWords();
  const share = total !== null && total > 0 ? Math.min(1, done / total) : null;
  return (
    <span className="job-progress">
      <progress aria-label={label} max={1} {...(share === null ? (running ? {} : { value: 1 }) : { value: share })} />
      <span>{share === null ? f.short(done) : f.pct(share)}</span>
    </span>
  );
}
