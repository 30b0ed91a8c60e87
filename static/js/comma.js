// What stands between two names in the language of the page.
export const comma = document.documentElement.dataset.comma ?? ", ";
