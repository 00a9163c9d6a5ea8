/** What the shop sells; as much of it as the shop helper's `context` takes. */
export interface Product {
  id: string;
  name: string;
  description: string;
  price: { amount: number; currency: 'EUR' };
  available: boolean;
  /** Of its picture, drawn in 64 by 64. */
  outline: string;
}

export const PRODUCTS: readonly [Product, ...Product[]] = [
  {
    id: 'desk-lamp',
    name: 'Walnut desk lamp',
    description:
      'A lamp of oiled walnut and steel. The shade turns all the way round; the light goes from warm to daylight. 42 cm high, two-year warranty.',
    price: { amount: 89, currency: 'EUR' },
    available: true,
    outline: 'M22 56h20M32 56V32M18 32l6-22h16l6 22z',
  },
  {
    id: 'linen-notebook',
    name: 'Linen notebook, A5',
    description: 'Bound in linen, 160 dotted pages that lie flat, and a ribbon. The next ones come in January.',
    price: { amount: 14.5, currency: 'EUR' },
    available: false,
    outline: 'M16 8h30a3 3 0 0 1 3 3v42a3 3 0 0 1-3 3H16zM22 8v48M30 20h12M30 28h12',
  },
];

const words = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });
export const priceOf = ({ price }: Product): string => words.format(price.amount);
