import type { ReactNode } from 'react';

export interface Column<Row> {
  head: string;
  of: (row: Row) => ReactNode;
  /** What a cell says shortened, whole: for who points at it. */
  title?: (row: Row) => string;
  /** Numbers stand under each other. */
  isFigure?: boolean;
}

interface TableProps<Row> {
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** The first names its row. */
  columns: readonly Column<Row>[];
  /** Shown above it; without one the heading `labelledBy` names it. */
  caption?: string;
  labelledBy?: string;
}

/** A table that scrolls by itself where the page is narrower than it: with the keyboard too, so it has a name and can have the focus. */
export function Table<Row>({ rows, keyOf, columns, caption, labelledBy }: TableProps<Row>) {
  return (
    <div className="admin-table" role="group" aria-label={caption} aria-labelledby={labelledBy} tabIndex={0}>
      <table>
        {caption !== undefined && <caption>{caption}</caption>}
        <thead>
          <tr>
            {columns.map(({ head, isFigure }) => (
              <th key={head} scope="col" className={classOf(isFigure)}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ head, of, title, isFigure }, index) =>
                index === 0 ? (
                  <th key={head} scope="row" title={title?.(row)}>
                    {of(row)}
                  </th>
                ) : (
                  <td key={head} title={title?.(row)} className={classOf(isFigure)}>
                    {of(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const classOf = (isFigure = false): string | undefined => (isFigure ? 'admin-figure' : undefined);
