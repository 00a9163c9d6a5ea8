import { Link } from 'wouter';
import type { SessionUser } from '@parley/client';
import { usePageTitle } from '../ui/page-title';
import { ProblemPage } from './problem-page';
import { PROBLEMS } from './problems';

/** Coding problems: all of them, or one to work on. */
export default function PracticePage({ problemId, user, onChange }: PracticePageProps) {
  const problem = PROBLEMS.find(({ id }) => id === problemId);
  if (problem !== undefined) return <ProblemPage key={problem.id} problem={problem} user={user} onChange={onChange} />;
  return <Problems isMistaken={problemId !== undefined} />;
}

function Problems({ isMistaken }: { isMistaken: boolean }) {
  usePageTitle('Practice');
  return (
    <div className="page">
      <h1>{isMistaken ? 'There is no such problem' : 'Practice'}</h1>
      <p className="page-lead">Small problems to solve in JavaScript, with a coach beside you.</p>
      <ul className="rows">
        {PROBLEMS.map(({ id, title, text }) => (
          <li key={id} className="row">
            <Link className="row-link" href={`/practice/${id}`}>
              <span className="row-title">{title}</span>
              <span className="row-text">{text[0]}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface PracticePageProps {
  problemId?: string;
  user: SessionUser;
  /** Something was said: the list of conversations is not what it was. */
  onChange: () => void;
}
