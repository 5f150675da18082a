import "./m4.cjs";
throw { thrown: 'm3 fails' };
