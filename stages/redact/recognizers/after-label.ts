/**
 * Between a label and its value: signs, bracketed places ("(CA)", "(incl. state)"), and words that only connect. Each step
 * takes a character of its own class, and there are few steps.
 */
const CONNECT =
  /(?:[\s"'`*_|:=#,.>/\\[{«“„”-]|\((?:[\p{L}.,]{1,12}(?: [\p{L}.]{1,12}){0,3}\))?|(?:issued )?(?:by|in|from) (?:the )?(?:state of )?\p{L}{3,14}(?: \p{L}{3,14}){0,2}(?=[:,])|(?:numbers?|nummer|num(?:[ée]ro)?|n[úu]mero|numer|no|nos|nr|n[°ºo]|№|num|id|code|mark|is|was|are|were|ist|lautet|war|est|es|è|é|jest|to|for|on|of|in|with|from|begins?|value|my|your|his|her|our|their|the|its|a|reads?|says|currently|now|still|also|registered|incl|state|full|de[lr]?|del|do|da|die|mit|на|авто|номер|car|cars|vehicle|carro|coche|auto|voiture|v[ée]hicule|ve[íi]culo|veh[íi]culo|veicolo|fahrzeugs?|van|truck|rental|info|information|details)(?![\p{L}\d])){0,14}/uy

/** Where a value can begin in the lower-cased text behind a label that ends at `at`. */
export function valueAfter(lower: string, at: number): number {
  CONNECT.lastIndex = at
  return CONNECT.test(lower) ? CONNECT.lastIndex : at
}
