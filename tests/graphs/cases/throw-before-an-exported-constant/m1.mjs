export { t as n };
throw { thrown: 'm1 fails' };
const t = function () {
};
