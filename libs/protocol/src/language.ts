import { z } from 'zod';

/** The language that a person wants to be answered in: `de`, or with its country `pt-BR` (BCP 47). */
export const languageSchema = z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, 'a language such as en or en-GB');
