/** The standing of a published version, in the order of ISuiteDirectory.Status (tested equal). */
export const VERSION_STATUSES = ["None", "Current", "Superseded", "Withdrawn"] as const;
export type VersionStatus = (typeof VERSION_STATUSES)[number];
