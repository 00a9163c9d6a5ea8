import type { Product } from './products';

export interface CartLine {
  product: Product;
  quantity: number;
}

/** The cart with one more of a product. */
export function withOneMore(cart: readonly CartLine[], product: Product): CartLine[] {
  const known = cart.find((line) => line.product.id === product.id);
  if (known === undefined) return [...cart, { product, quantity: 1 }];
  return cart.map((line) => (line === known ? { ...line, quantity: line.quantity + 1 } : line));
}

export const totalOf = (cart: readonly CartLine[]): number =>
  cart.reduce((sum, { product, quantity }) => sum + product.price.amount * quantity, 0);

/** What the shop helper is told of the page; see `contextSchema` of `GET /api/assistants`. */
export function pageContextOf({ id, name, description, price, available }: Product, cart: readonly CartLine[]) {
  return {
    product: { id, name, description, price, available },
    cart: cart.map(({ product, quantity }) => ({ name: product.name, quantity, price: product.price })),
  };
}
