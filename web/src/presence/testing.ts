/** Companies for tests. */
import type { ControlInfo } from "../protocol/gen/ControlInfo";
import type { ViewerInfo } from "../protocol/gen/ViewerInfo";
import type { Company } from "./company";

export function viewer(id: string, more: Partial<ViewerInfo> = {}): ViewerInfo {
  return {
    id,
    name: id,
    person: id.charCodeAt(0),
    role: "viewer",
    may_control: true,
    guest: false,
    removable: false,
    since: "2026-01-01T10:00:00Z",
    ...more,
  };
}

export function company(
  me: string,
  viewers: readonly ViewerInfo[],
  control: Partial<ControlInfo> = {},
): Company {
  const holder = viewers.find((v) => v.role === "controller");
  return {
    me,
    viewers,
    control: {
      mode: "one",
      person: holder?.person ?? null,
      name: holder?.name ?? null,
      may_take: false,
      asking: [],
      ...control,
    },
  };
}
