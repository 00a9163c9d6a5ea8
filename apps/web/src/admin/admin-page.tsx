import { useCallback, useMemo, useState } from 'react';
import { AdminClient } from '@parley/client';
import { useServices } from '../app/services';
import { usePageTitle } from '../ui/page-title';
import { useLoaded } from '../ui/use-loaded';
import { AssistantSwitches } from './assistant-switches';
import { AuditTrail } from './audit-trail';
import { Bans } from './bans';
import { Ceilings } from './ceilings';
import { LiveCallTable } from './live-calls';
import { LiveConnections } from './live-connections';
import { Reports } from './reports';
import { Section } from './section';
import { Usage } from './usage';

/** What the group `admins` sees of the product's use and of what goes wrong among people, and does about it. */
export default function AdminPage() {
  usePageTitle('Administration');
  const { session, baseUrl } = useServices();
  const admin = useMemo(() => new AdminClient({ tokenSource: session, baseUrl }), [session, baseUrl]);
  const [ceilings, reloadCeilings] = useLoaded(
    useCallback((signal: AbortSignal) => admin.ceilings({ signal }), [admin]),
  );
  const [assistants, reloadAssistants] = useLoaded(
    useCallback((signal: AbortSignal) => admin.assistants({ signal }), [admin]),
  );
  // Every act adds a line to the audit log, and a ban made of a report one to the bans.
  const [acts, setActs] = useState(0);
  const acted = useCallback(() => setActs((n) => n + 1), []);
  const names = useMemo(
    () =>
      new Map(assistants.state === 'loaded' ? assistants.value.items.map(({ id, name }) => [id, name] as const) : []),
    [assistants],
  );

  return (
    <div className="page admin">
      <h1>Administration</h1>
      <p className="page-lead">
        For the people who run this site. What is said in a call or a conversation is not here.
      </p>
      <LiveCallTable admin={admin} names={names} />
      <LiveConnections admin={admin} />
      <Usage admin={admin} names={names} />
      <Section
        id="admin-ceilings"
        title="What remains today"
        lead="The day ends at midnight UTC. Where a ceiling is reached, nothing new is answered until then."
        loaded={ceilings}
        reload={reloadCeilings}
      >
        {({ items }) => <Ceilings items={items} names={names} />}
      </Section>
      <Section id="admin-assistants" title="Assistants" loaded={assistants} reload={reloadAssistants}>
        {({ items }) => <AssistantSwitches admin={admin} items={items} onChange={reloadAssistants} onAct={acted} />}
      </Section>
      <Reports admin={admin} onAct={acted} />
      <Bans admin={admin} acts={acts} onAct={acted} />
      <AuditTrail admin={admin} acts={acts} names={names} />
    </div>
  );
}
