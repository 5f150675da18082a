// What a part of the report is to the page.

export interface View {
  readonly element: HTMLElement;
  /** The address has changed, or the view is opened. Called only while it is in sight. */
  update(): void;
}
