/**
 * Brands, characters and assistants that bear the name of a person and are none. Only those that hardly anybody is called: a
 * person who bears such a name would be passed by.
 */
const THINGS: ReadonlySet<string> = new Set(
  'siri,cortana,bixby,harry potter,sherlock holmes,james bond,mickey mouse,donald duck,bugs bunny,peter pan,robin hood,santa claus,father christmas,easter bunny,uncle sam,st. bernard,st bernard,john deere,harley davidson,calvin klein,ralph lauren,tommy hilfiger,jack daniels,johnnie walker,jack wolfskin,hugo boss,louis vuitton,charles schwab,jp morgan,j.p. morgan,morgan stanley,fannie mae,freddie mac,sallie mae,wells fargo,dow jones,earl grey,eggs benedict,granny smith,bloody mary,shirley temple,aston martin,alfa romeo,rolls royce,mercedes benz,land rover,le creuset,dr. martens,dr martens,dr pepper,dr. pepper,mr. coffee,mr coffee,mr clean,mrs. dash,aunt jemima,uncle ben,little caesars,papa john,wendys,jimmy choo,victoria secret,yankee doodle'.split(
    ',',
  ),
)

/** Whether a name is that of a thing, in any case, with or without a possessive. */
export function isNamedThing(name: string): boolean {
  return THINGS.has(
    name
      .toLowerCase()
      .replace(/[’']s?$/, '')
      .replace(/-/g, ' '),
  )
}
