// A size as people read it, in the language of the page.
export const bytes = (size) => {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(Math.floor(Math.log(Math.max(size, 1)) / Math.log(1000)), 3);
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: step ? 1 : 0 }).format(size / 1000 ** step);
};
