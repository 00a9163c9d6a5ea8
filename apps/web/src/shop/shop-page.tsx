import { useCallback, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { useObservable } from '@parley/client/react';
import { useServices } from '../app/services';
import { Logo } from '../ui/icons';
import { SimulatedBadge } from '../ui/simulated-badge';
import { ThemeToggle } from '../ui/theme-toggle';
import { useTheme } from '../ui/theme';
import { pageContextOf, totalOf, withOneMore, type CartLine } from './cart';
import { priceOf, PRODUCTS, type Product } from './products';
import { WidgetTag } from './widget-tag';

/** A shop, to show what the widget is like on one: a visitor needs no account, and keeps what he said when he signs in. */
export default function ShopPage({ productId }: { productId?: string }) {
  const { session } = useServices();
  const isSignedIn = useObservable(session.state).name === 'signed-in';
  const [theme] = useTheme();
  const [cart, setCart] = useState<CartLine[]>([]);
  const product = PRODUCTS.find(({ id }) => id === productId) ?? PRODUCTS[0];
  const context = useCallback(() => pageContextOf(product, cart), [product, cart]);
  // Asked for anew each time, so a token that was refused is not given again.
  const getToken = useMemo(
    () => (isSignedIn ? () => session.token().catch(() => undefined) : undefined),
    [isSignedIn, session],
  );

  return (
    <div className="shop">
      <header className="landing-head">
        <Link className="brand" href="/">
          <Logo /> Parley
        </Link>
        <SimulatedBadge />
        <ThemeToggle />
      </header>
      <main className="shop-main">
        <p className="shop-note">
          A shop that does not exist. The round button is the widget that a real one would have.
        </p>
        <ProductView product={product} onAdd={() => setCart(withOneMore(cart, product))} />
        <aside className="card" aria-labelledby="cart-title">
          <h2 id="cart-title">Cart</h2>
          <Cart cart={cart} />
          <h2>Also in the shop</h2>
          <ul className="shop-others">
            {PRODUCTS.filter((other) => other !== product).map((other) => (
              <li key={other.id}>
                <Link href={`/shop/${other.id}`}>{other.name}</Link> <span>{priceOf(other)}</span>
              </li>
            ))}
          </ul>
        </aside>
      </main>
      <WidgetTag
        heading="Shop helper"
        welcome="Hello! Ask about this product, your cart, delivery or returns."
        theme={theme}
        getToken={getToken}
        context={context}
      />
    </div>
  );
}

function ProductView({ product, onAdd }: { product: Product; onAdd: () => void }) {
  const { name, description, available, outline } = product;
  return (
    <article className="shop-product" aria-labelledby="product-name">
      <svg className="shop-picture" viewBox="0 0 64 64" aria-hidden="true">
        <path d={outline} />
      </svg>
      <div className="shop-facts">
        <h1 id="product-name">{name}</h1>
        <p className="shop-price">{priceOf(product)}</p>
        <p>{description}</p>
        <p className="shop-stock">{available ? 'In stock, sent within two days' : 'Sold out for now'}</p>
        <button type="button" className="button button-primary" disabled={!available} onClick={onAdd}>
          Add to the cart
        </button>
      </div>
    </article>
  );
}

function Cart({ cart }: { cart: readonly CartLine[] }) {
  if (cart.length === 0) return <p role="status">Nothing is in it yet.</p>;
  const total = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' }).format(totalOf(cart));
  return (
    <div role="status">
      <ul className="shop-others">
        {cart.map(({ product, quantity }) => (
          <li key={product.id}>
            {quantity} × {product.name} <span>{priceOf(product)}</span>
          </li>
        ))}
      </ul>
      <p className="shop-total">Together {total}</p>
    </div>
  );
}
