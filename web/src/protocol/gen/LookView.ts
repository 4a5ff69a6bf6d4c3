import type { InvitationView } from "./InvitationView";
export type LookView = { share: InvitationView, passcode: boolean, approval: boolean, number: string | null, title: string, project: string, now: string, };
