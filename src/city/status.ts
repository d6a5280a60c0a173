/** States of cities and applications, in the order of ICityRegistry's enums (tested equal). */

export const CITY_STATUSES = ["None", "Loading", "Active", "Suspended", "Retired"] as const;
export type CityStatus = (typeof CITY_STATUSES)[number];

export const APPLICATION_STATUSES = ["None", "Applied", "Approved", "Rejected", "Withdrawn"] as const;
export type ApplicationStatus = (typeof APPLICATION_STATUSES)[number];
