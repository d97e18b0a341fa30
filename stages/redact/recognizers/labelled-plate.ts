import type { Recognizer } from '../recognizer.ts'
import { Feature, isWord } from '../subject.ts'

/** A word for a plate, then the plate in whatever form: those of forty countries are too many to list. */
const LABELLED =
  /(?<![\p{L}])(?:(?:licen[cs]e|number|vehicle|car|registration|reg)[ -]?plates?|plates?|rego|vrm|(?:kfz-?)?kennzeichen|(?:plaque d[’'])?immatriculation|matr[íi]cula|targa|kenteken|plaka|rejestracja)(?: (?:number|no\.?|nr\.?|is))?["']?[ :=#-]{1,3}["']?([A-Za-z\d]{1,4}(?:[-. ][A-Za-z\d]{1,5}){1,3}|[A-Za-z\d]{5,8})/dgiu

/** Licence plates that their label tells: with a letter and a digit, in capitals or with all that are letters in capitals. */
export const labelledPlate: Recognizer = {
  name: 'labelled-plate',
  types: ['LICENSE_PLATE'],
  needs: Feature.DIGIT | Feature.LETTER,
  hints: ['plate', 'rego', 'vrm', 'kennzeichen', 'immatric', 'matr', 'targa', 'kenteken', 'plaka', 'rejestrac'],
  priority: 2,
  find(subject, emit) {
    for (const match of subject.text.matchAll(LABELLED)) {
      const [start, last] = match.indices![1]!
      let end = last
      // Words that follow in small letters are no part of it.
      for (let value = subject.text.slice(start, end); / \p{Ll}+$/u.test(value); value = subject.text.slice(start, end))
        end = start + value.lastIndexOf(' ')
      const value = subject.text.slice(start, end)
      if (value.length < 4 || !/\d/.test(value) || !/[A-Z]/.test(value) || /\p{Ll}/u.test(value)) continue
      if (!isWord(subject.text, end)) emit({ start, end, type: 'LICENSE_PLATE', score: 0.8, why: 'named' })
    }
  },
}
