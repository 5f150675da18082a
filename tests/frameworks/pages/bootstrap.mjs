// A page of Bootstrap's components with its whole style sheet.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const COLOURS = ['primary', 'secondary', 'success', 'danger', 'warning', 'info', 'light', 'dark'];
const each = (list, text) => list.map(text).join('\n');

const navbar = `
<nav class="navbar navbar-expand-lg bg-body-tertiary sticky-top border-bottom" data-bs-theme="dark">
  <div class="container-fluid">
    <a class="navbar-brand" href="#">Harbour</a>
    <button class="navbar-toggler" type="button" aria-label="Menu"><span class="navbar-toggler-icon"></span></button>
    <div class="collapse navbar-collapse show">
      <ul class="navbar-nav me-auto mb-2 mb-lg-0">
        <li class="nav-item"><a class="nav-link active" aria-current="page" href="#">Home</a></li>
        <li class="nav-item"><a class="nav-link" href="#">Berths</a></li>
        <li class="nav-item dropdown">
          <a class="nav-link dropdown-toggle show" href="#" aria-expanded="true">More</a>
          <ul class="dropdown-menu show"><li><h6 class="dropdown-header">Crew</h6></li><li><a class="dropdown-item active" href="#">Watch</a></li>
          <li><a class="dropdown-item disabled" href="#">Galley</a></li><li><hr class="dropdown-divider"></li><li><span class="dropdown-item-text">Text</span></li></ul>
        </li>
      </ul>
      <form class="d-flex" role="search"><input class="form-control me-2" type="search" placeholder="Search" aria-label="Search"><button class="btn btn-outline-success" type="submit">Search</button></form>
    </div>
  </div>
</nav>
<nav aria-label="Path"><ol class="breadcrumb p-3"><li class="breadcrumb-item"><a href="#">Home</a></li><li class="breadcrumb-item"><a href="#">Port</a></li><li class="breadcrumb-item active">Quay</li></ol></nav>`;

const grid = `
<div class="container my-4">
  <div class="row g-3 row-cols-2 row-cols-md-4">${each(COLOURS, (name) => `<div class="col"><div class="p-3 text-bg-${name} rounded-3 shadow-sm">${name}</div></div>`)}</div>
  <div class="row gx-5 gy-2 mt-2 align-items-center justify-content-between"><div class="col-12 col-sm-6 col-lg-4 col-xxl-2 order-2">a</div><div class="col-auto offset-md-1 order-1">b</div><div class="col-md">c</div></div>
  <div class="d-grid gap-2 d-md-flex justify-content-md-end"><div class="hstack gap-3"><div class="p-2">x</div><div class="vr"></div><div class="p-2 ms-auto">y</div></div><div class="vstack gap-1"><i>1</i><i>2</i></div></div>
</div>`;

const buttons = `
<div class="container my-4">
  ${each(COLOURS, (name) => `<button class="btn btn-${name}">${name}</button> <a class="btn btn-outline-${name} btn-sm" href="#">${name}</a> <span class="badge text-bg-${name} rounded-pill">9</span>`)}
  <button class="btn btn-link btn-lg" disabled>link</button><button class="btn-close" aria-label="Close"></button>
  <div class="btn-group" role="group"><input type="radio" class="btn-check" name="r" id="r1" checked><label class="btn btn-outline-primary" for="r1">A</label><input type="radio" class="btn-check" name="r" id="r2"><label class="btn btn-outline-primary" for="r2">B</label></div>
  <div class="btn-group-vertical"><button class="btn btn-secondary active">1</button><button class="btn btn-secondary dropdown-toggle dropdown-toggle-split">2</button></div>
  <div class="btn-toolbar"><div class="input-group input-group-sm"><span class="input-group-text">@</span><input class="form-control"><button class="btn btn-danger">Go</button></div></div>
</div>`;

const cards = `
<div class="container my-4"><div class="row row-cols-1 row-cols-md-3 g-4">
  ${each(COLOURS.slice(0, 3), (name) => `<div class="col"><div class="card h-100 border-${name}"><div class="card-header bg-transparent border-${name}">Header</div><img class="card-img-top" alt="" width="8" height="8">
    <div class="card-body text-${name}"><h5 class="card-title">Title</h5><h6 class="card-subtitle mb-2 text-body-secondary">Under</h6><p class="card-text lead">Some text.</p><a href="#" class="card-link stretched-link">Link</a></div>
    <ul class="list-group list-group-flush"><li class="list-group-item">One</li><li class="list-group-item active">Two</li></ul><div class="card-footer">Footer</div></div></div>`)}
  </div>
  <div class="card-group mt-3"><div class="card"><div class="card-body">1</div></div><div class="card"><div class="card-img-overlay">2</div></div></div>
  <ul class="list-group list-group-horizontal-md list-group-numbered">${each(COLOURS, (name) => `<li class="list-group-item list-group-item-${name} list-group-item-action">${name}</li>`)}</ul>
  <div class="placeholder-glow"><span class="placeholder col-6 placeholder-lg bg-info"></span></div><div class="placeholder-wave"><span class="placeholder w-75"></span></div>
</div>`;

const forms = `
<form class="container my-4 was-validated">
  <div class="row mb-3"><label class="col-sm-2 col-form-label" for="f1">Mail</label><div class="col-sm-10"><input type="email" class="form-control form-control-lg" id="f1" required><div class="invalid-feedback">Needed</div><div class="form-text">Never shared.</div></div></div>
  <div class="form-floating mb-3"><input type="text" class="form-control is-valid" id="f2" placeholder="Name" value="Ann"><label for="f2">Name</label><div class="valid-tooltip">Fine</div></div>
  <div class="form-floating"><textarea class="form-control is-invalid" id="f3" placeholder="Text"></textarea><label for="f3">Text</label></div>
  <select class="form-select form-select-sm my-2" aria-label="Pick"><option selected>One</option><option>Two</option></select>
  <select class="form-select" multiple aria-label="Pick many"><option>One</option></select>
  <div class="form-check"><input class="form-check-input" type="checkbox" id="c1" checked><label class="form-check-label" for="c1">Yes</label></div>
  <div class="form-check form-check-inline"><input class="form-check-input" type="radio" id="c2" checked><label class="form-check-label" for="c2">R</label></div>
  <div class="form-check form-switch form-check-reverse"><input class="form-check-input" type="checkbox" role="switch" id="c3" disabled><label class="form-check-label" for="c3">S</label></div>
  <input type="range" class="form-range" min="0" max="5" value="2"><input type="color" class="form-control form-control-color" value="#336699"><input type="file" class="form-control"><input class="form-control-plaintext" readonly value="plain">
  <div class="input-group has-validation mb-3"><span class="input-group-text">$</span><input type="text" class="form-control" value="9" readonly><span class="input-group-text">.00</span><select class="form-select"><option>x</option></select></div>
  <fieldset disabled><legend>Shut</legend><input class="form-control" value="no"><button class="btn btn-primary">Send</button></fieldset>
</form>`;

const tables = `
<div class="container my-4 table-responsive-md">
  <table class="table table-striped table-hover table-bordered caption-top align-middle"><caption>Ships</caption><thead class="table-dark"><tr><th scope="col">#</th><th scope="col">Name</th><th scope="col">Tons</th></tr></thead>
  <tbody class="table-group-divider">${each(COLOURS, (name, at) => `<tr class="table-${name}"><th scope="row">${at}</th><td>${name}</td><td class="table-active">${at * 7}</td></tr>`)}<tr><td colspan="2">a</td><td>b</td></tr></tbody></table>
  <table class="table table-sm table-borderless table-striped-columns"><tr><td>1</td><td>2</td></tr></table>
</div>`;

const overlays = `
<div class="container my-4">
  <div class="modal fade show d-block position-static" tabindex="-1"><div class="modal-dialog modal-dialog-centered modal-dialog-scrollable modal-lg modal-fullscreen-sm-down"><div class="modal-content"><div class="modal-header"><h1 class="modal-title fs-5">Title</h1><button class="btn-close"></button></div><div class="modal-body">Body</div><div class="modal-footer"><button class="btn btn-secondary">No</button></div></div></div></div>
  <div class="toast show align-items-center"><div class="toast-header"><strong class="me-auto">Toast</strong><small>now</small></div><div class="toast-body">Hello</div></div>
  <div class="tooltip bs-tooltip-top show position-static"><div class="tooltip-arrow"></div><div class="tooltip-inner">Tip</div></div>
  <div class="popover bs-popover-end position-static"><div class="popover-arrow"></div><h3 class="popover-header">Head</h3><div class="popover-body">Body</div></div>
  <div class="offcanvas offcanvas-start show position-static"><div class="offcanvas-header"><h5 class="offcanvas-title">Side</h5></div><div class="offcanvas-body">Text</div></div>
</div>`;

const parts = `
<div class="container my-4">
  <div class="accordion accordion-flush"><div class="accordion-item"><h2 class="accordion-header"><button class="accordion-button">Open</button></h2><div class="accordion-collapse collapse show"><div class="accordion-body">Text</div></div></div><div class="accordion-item"><h2 class="accordion-header"><button class="accordion-button collapsed">Shut</button></h2><div class="accordion-collapse collapse"><div class="accordion-body">Text</div></div></div></div>
  ${each(COLOURS, (name) => `<div class="alert alert-${name} alert-dismissible d-flex" role="alert"><h4 class="alert-heading">${name}</h4><a class="alert-link" href="#">link</a><button class="btn-close"></button></div>`)}
  <ul class="nav nav-tabs"><li class="nav-item"><a class="nav-link active" href="#">A</a></li><li class="nav-item"><a class="nav-link disabled" href="#">B</a></li></ul>
  <ul class="nav nav-pills nav-fill flex-column flex-sm-row"><li class="nav-item"><a class="nav-link active" href="#">A</a></li></ul><ul class="nav nav-underline nav-justified"><li class="nav-item"><a class="nav-link active" href="#">A</a></li></ul>
  <div class="tab-content"><div class="tab-pane fade show active">One</div><div class="tab-pane fade">Two</div></div>
  <nav aria-label="Pages"><ul class="pagination pagination-lg justify-content-center"><li class="page-item disabled"><a class="page-link" href="#">«</a></li><li class="page-item active"><a class="page-link" href="#">1</a></li><li class="page-item"><a class="page-link" href="#">2</a></li></ul></nav>
  <div class="progress-stacked">${each([15, 30, 20], (width) => `<div class="progress" style="width:${width}%"><div class="progress-bar progress-bar-striped progress-bar-animated bg-info">${width}</div></div>`)}</div>
  <div class="spinner-border text-primary"><span class="visually-hidden">Wait</span></div><div class="spinner-grow spinner-grow-sm"></div>
  <div class="carousel slide carousel-dark"><div class="carousel-indicators"><button class="active"></button><button></button></div><div class="carousel-inner"><div class="carousel-item active"><div class="ratio ratio-16x9"><div>1</div></div><div class="carousel-caption d-none d-md-block"><h5>Cap</h5></div></div></div><button class="carousel-control-prev"><span class="carousel-control-prev-icon"></span></button></div>
</div>`;

const words = `
<div class="container my-4">
  <h1 class="display-4 fw-bold text-truncate">Display</h1><p class="h3 text-uppercase fst-italic lh-lg text-decoration-underline link-offset-2">Words</p><blockquote class="blockquote text-end"><p>Quote</p><footer class="blockquote-footer"><cite>Me</cite></footer></blockquote>
  <ul class="list-unstyled"><li>a<ul><li>b</li></ul></li></ul><ul class="list-inline"><li class="list-inline-item">c</li><li class="list-inline-item">d</li></ul><dl class="row"><dt class="col-sm-3">T</dt><dd class="col-sm-9">D</dd></dl>
  <figure class="figure"><img class="figure-img img-fluid img-thumbnail rounded-circle" alt="" width="9" height="9"><figcaption class="figure-caption">Cap</figcaption></figure><pre class="pre-scrollable"><code>code</code></pre><kbd>Ctrl</kbd> <mark>mark</mark> <abbr title="x" class="initialism">abbr</abbr> <small>small</small> <del>del</del> <hr class="border-3 opacity-50">
  ${each(COLOURS, (name) => `<a class="link-${name} link-underline-opacity-25 link-underline-opacity-75-hover" href="#">${name}</a><p class="text-${name}-emphasis bg-${name}-subtle border border-${name}-subtle">${name}</p><div class="bg-${name} bg-gradient bg-opacity-50 border-start border-5 border-opacity-75">x</div>`)}
  <div class="position-relative p-5 m-n1 overflow-auto float-start w-50 mw-100 vh-100 user-select-all pe-none"><span class="position-absolute top-0 start-100 translate-middle p-2 bg-danger border border-light rounded-circle z-3">!</span></div><div class="clearfix"><div class="float-md-end invisible">f</div></div>
  <div class="d-none d-print-block d-lg-inline-flex flex-wrap align-content-around order-last">u</div><a class="icon-link icon-link-hover focus-ring focus-ring-warning" href="#">i<svg class="bi" width="1" height="1"></svg></a><div class="fixed-bottom d-flex text-center"><span class="flex-fill">f</span></div>
</div>`;

export default function page() {
  const css = readFileSync(createRequire(import.meta.url).resolve('bootstrap/dist/css/bootstrap.css'), 'utf8');
  // The map is not beside the sheet.
  return { css: css.replace(/\/\*# sourceMappingURL=.*?\*\/\s*$/, ''), body: navbar + grid + buttons + cards + forms + tables + overlays + parts + words };
}
