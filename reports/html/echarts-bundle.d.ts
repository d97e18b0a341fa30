declare module 'echarts/dist/echarts.esm.min.mjs' {
  export { type EChartsCoreOption, init } from 'echarts'
}
