// Tells the sign-up form the zone the browser keeps its clock in; without it the zone is UTC until the person chooses.
const field = document.querySelector("[data-time-zone]");
if (field) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
