/**
 * Brands, characters and assistants that bear the name of a person and are none. Only those that hardly anybody is called: a
 * person who bears such a name would be passed by.
 */
const THINGS: ReadonlySet<string> = new Set(
  'siri,cortana,bixby,harry potter,sherlock holmes,james bond,mickey mouse,donald duck,bugs bunny,peter pan,robin hood,santa claus,father christmas,easter bunny,uncle sam,st. bernard,st bernard,john deere,harley davidson,calvin klein,ralph lauren,tommy hilfiger,jack daniels,johnnie walker,jack wolfskin,hugo boss,louis vuitton,charles schwab,jp morgan,j.p. morgan,morgan stanley,fannie mae,freddie mac,sallie mae,wells fargo,dow jones,earl grey,eggs benedict,granny smith,bloody mary,shirley temple,aston martin,alfa romeo,rolls royce,mercedes benz,land rover,le creuset,dr. martens,dr martens,dr pepper,dr. pepper,mr. coffee,mr coffee,mr clean,mrs. dash,aunt jemima,uncle ben,little caesars,papa john,wendys,jimmy choo,victoria secret,yankee doodle'.split(
    ',',
  ),
)

/** Software, services and makes whose names nobody bears, of people or of towns. */
const MAKES: ReadonlySet<string> = new Set(
  'grafana,prometheus,kubernetes,docker,terraform,ansible,kafka,redis,nginx,postgres,postgresql,mysql,mongodb,elasticsearch,kibana,snowflake,databricks,tableau,figma,photoshop,lightroom,illustrator,indesign,acrobat,slack,trello,asana,jira,confluence,notion,zapier,mailchimp,hubspot,salesforce,zendesk,freshdesk,stripe,paypal,klarna,venmo,revolut,monzo,shopify,magento,woocommerce,wordpress,drupal,joomla,yoast,elementor,webpack,laravel,django,gradle,gitlab,github,bitbucket,buildkite,circleci,datadog,splunk,firefox,chromium,windows,macos,android,ubuntu,debian,fedora,outlook,powerpoint,onenote,onedrive,sharepoint,dropbox,evernote,spotify,netflix,hulu,youtube,tiktok,instagram,facebook,whatsapp,telegram,pinterest,linkedin,reddit,uber,lyft,airbnb,zalando,ikea,etsy,aliexpress,ebay,walmart,costco,lidl,decathlon,samsung,huawei,xiaomi,oneplus,motorola,logitech,belkin,anker,jabra,garmin,fitbit,kindle,roku,sonos,sennheiser,nespresso,vitamix,tefal,roomba,playstation,xbox,nintendo,chromecast,chromebook,macbook,iphone,ipad,airpods,mastercard,nutella,tylenol,linux,pytorch,tensorflow,airflow,vscode,intellij'.split(
    ',',
  ),
)

/** Whether a name is that of a thing, in any case, with or without a possessive; or begins with a make ("Jabra Elite"). */
export function isNamedThing(name: string): boolean {
  const plain = name
    .toLowerCase()
    .replace(/[’']s?$/, '')
    .replace(/-/g, ' ')
  return THINGS.has(plain) || MAKES.has(plain.split(' ')[0]!)
}
